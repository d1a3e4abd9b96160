/** Short notices at the corner. The server sends one by the header `HX-Trigger: {"toast": {"text": "..."}}`. */
import { say } from './words'

const SHOWN_MS = 6000

/** Show `text`; an error stays until it is dismissed. */
export function toast(text: string, isError = false): void {
  const region = document.querySelector('[data-toasts]')
  if (!region) return
  const box = document.createElement('div')
  box.className = isError ? 'toast error' : 'toast'
  const words = document.createElement('span')
  words.textContent = text
  const close = document.createElement('button')
  close.type = 'button'
  close.textContent = say('dismiss')
  close.addEventListener('click', () => box.remove())
  box.append(words, close)
  region.append(box)
  if (!isError) setTimeout(() => box.remove(), SHOWN_MS)
}

/** The sentence an error page gives: its heading and its first paragraph. */
function sentenceOf(html: string, status: number): string {
  const page = new DOMParser().parseFromString(html, 'text/html')
  const parts = [page.querySelector('h1'), page.querySelector('h1 ~ p')].map((part) => part?.textContent?.trim())
  return parts.filter(Boolean).join(' ') || say('failed', { n: status })
}

interface SwapDetail { ctx: { text?: string, response?: { status: number } } }

export function startToasts(): void {
  document.addEventListener('toast', (event) => toast((event as CustomEvent<{ text: string }>).detail.text))
  // htmx 4 swaps error answers too. A form with faults comes back as 422; anything else is a whole page, so say it.
  document.addEventListener('htmx:before:swap', (event) => {
    const { ctx } = (event as CustomEvent<SwapDetail>).detail
    const status = ctx.response?.status ?? 200
    if (status < 400 || status === 422) return
    event.preventDefault()
    // Signed out meanwhile: the whole screen leads to the sign-in and back.
    if (status === 401) { location.reload(); return }
    const isRefresh = (event.target as Element).closest?.('[data-live-topic]') === event.target
    if (!isRefresh) toast(sentenceOf(ctx.text ?? '', status), true)
  })
}
