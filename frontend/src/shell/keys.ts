/**
 * The keyboard. `G` then a link's `data-go` goes there; a control's `data-key` presses it; `J`/`K` walk `data-row`s and
 * `Enter` opens one; a refresh leaves the chosen one alone (`morphIgnore` in the page's head). Single keys can be turned
 * off in the help sheet (WCAG 2.1.4).
 */
const SEQUENCE_MS = 1200
const OFF = 'tocsin.single-keys-off'
let goUntil = 0

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches('input, select, textarea'))
}

function moveSelection(step: number): void {
  const rows = [...document.querySelectorAll<HTMLElement>('[data-row]')]
  if (rows.length === 0) return
  const at = rows.findIndex((row) => row.hasAttribute('data-selected'))
  const next = rows[Math.min(rows.length - 1, Math.max(0, at + step))]
  rows[at]?.removeAttribute('data-selected')
  next.setAttribute('data-selected', '')
  next.scrollIntoView({ block: 'nearest' })
  next.querySelector<HTMLElement>('a[href]')?.focus({ preventScroll: true })
}

function press(key: string): boolean {
  const selector = `[data-key="${CSS.escape(key)}"]`
  const row = document.querySelector('[data-selected]')
  const control = row?.querySelector<HTMLElement>(selector) ?? document.querySelector<HTMLElement>(selector)
  if (!control) return false
  if (control.matches('input:not([type="checkbox"]), textarea')) control.focus()
  else control.click()
  return true
}

function help(): HTMLDialogElement | null {
  return document.querySelector<HTMLDialogElement>('dialog#help')
}

function single(key: string): boolean {
  if (Date.now() < goUntil) {
    goUntil = 0
    const link = document.querySelector<HTMLElement>(`a[data-go="${CSS.escape(key)}"]`)
    link?.click()
    return link !== null
  }
  if (key === 'g') { goUntil = Date.now() + SEQUENCE_MS; return true }
  if (key === '?') { help()?.showModal(); return true }
  if (key === '/') { document.querySelector<HTMLElement>('[data-search]')?.focus(); return true }
  if (key === 'j' || key === 'k') { moveSelection(key === 'j' ? 1 : -1); return true }
  return press(key)
}

function onKey(event: KeyboardEvent): void {
  const key = event.key.toLowerCase()
  if ((event.ctrlKey || event.metaKey) && key === 'k') {
    event.preventDefault()
    document.querySelector<HTMLElement>('[data-search]')?.focus()
    return
  }
  const modified = event.ctrlKey || event.metaKey || event.altKey
  if (modified || isTyping(event.target) || document.querySelector('dialog[open]')) return
  if (localStorage.getItem(OFF) && key !== '?') return
  if (single(key)) event.preventDefault()
}

export function startKeys(): void {
  document.addEventListener('keydown', onKey)
  document.addEventListener('click', (event) => {
    if ((event.target as Element).closest('[data-open-help]')) help()?.showModal()
  })
  const toggle = document.querySelector<HTMLInputElement>('[data-single-keys]')
  if (!toggle) return
  toggle.checked = !localStorage.getItem(OFF)
  toggle.addEventListener('change', () => {
    if (toggle.checked) localStorage.removeItem(OFF)
    else localStorage.setItem(OFF, '1')
  })
}
