/**
 * Buttons that do something: forms with `data-act`. htmx posts the form, follows the redirect and morphs the screen, so
 * that the reader's place, what is half written and (as long as the button is there) the focus stay. What came of it is
 * read out. A refusal stands beside the button, and stays there over the refreshes of the part it stands in.
 */
import { toast } from './toast'

interface Act {
  sourceElement?: Element
  request?: { submitter?: HTMLElement | null }
  response?: { status: number }
  text?: string
}

let standing: { note: Element, place: Element } | null = null
/** The act whose answer is being swapped in. A part that is refreshed meanwhile ends its own swap, not this one. */
let answering: Act | null = null
/** Where the button and its part of the screen stood: what changes above must not move them under the reader's eye. */
let seen: { part: Element, top: number }[] = []

function placeOf(act: Act, form: HTMLFormElement): Element {
  const button = act.request?.submitter
  return button && !form.contains(button) ? button.closest('[data-row]') ?? form : form
}

function stand(note: Element, place: Element): void {
  standing?.note.remove()
  standing = { note, place }
  place.append(note)
}

/** The refusal in an answer to `form`, shown beside its button; false when the answer holds none. */
function showRefusal(act: Act, form: HTMLFormElement): boolean {
  const found = new DOMParser().parseFromString(act.text ?? '', 'text/html').querySelector('[data-refused]')
  if (!found) return false
  const place = placeOf(act, form)
  if (place.isConnected) stand(document.importNode(found, true), place)
  else toast(found.textContent?.trim() ?? '', true)
  return true
}

/** A refresh of the part around it has no refusal in it. */
function keepStanding(): void {
  if (!standing || standing.note.isConnected) return
  const { note, place } = standing
  const now = place.isConnected ? place : document.getElementById(place.id)
  if (now) stand(note, now)
  else standing = null
}

function announce(): void {
  const region = document.getElementById('announcer')
  const words = [...document.querySelectorAll('#said .notice p')].map((line) => line.textContent?.trim())
  if (region) region.textContent = words.join(' ')
}

function keepPlace(): void {
  for (const { part, top } of seen) {
    const now = part.isConnected ? part : document.getElementById(part.id)
    if (!now) continue
    scrollBy({ top: now.getBoundingClientRect().top - top, behavior: 'instant' })
    break
  }
  seen = []
}

/** The button may be gone with what it did: then the focus goes to what is said of it, not back to the top. */
function keepFocus(): void {
  if (document.activeElement === null || document.activeElement === document.body) {
    const said = document.getElementById('said')
    const next = said?.childElementCount ? said : document.getElementById('main')
    next?.focus({ preventScroll: true })
  }
}

function actOf(event: Event): { act: Act, form: HTMLFormElement } | null {
  const { ctx } = (event as CustomEvent<{ ctx: Act }>).detail
  const form = ctx.sourceElement
  return form instanceof HTMLFormElement && form.hasAttribute('data-act') ? { act: ctx, form } : null
}

/** Before toasts: a refusal that stands beside its button is not said a second time. */
export function startActs(): void {
  document.addEventListener('htmx:before:swap', (event) => {
    const found = actOf(event)
    if (!found) return
    if (showRefusal(found.act, found.form)) { event.preventDefault(); event.stopImmediatePropagation(); return }
    standing?.note.remove()
    standing = null
    answering = found.act
    const button = found.act.request?.submitter ?? found.form.querySelector('button')
    const parts = [button, found.form.closest('section[id]') ?? found.form]
    seen = parts.filter((part) => part !== null).map((part) => ({ part, top: part.getBoundingClientRect().top }))
    if ((found.act.response?.status ?? 0) < 400) found.form.reset()
  })
  document.addEventListener('htmx:after:swap', (event) => {
    keepStanding()
    if (answering === null || (event as CustomEvent<{ ctx: Act }>).detail.ctx !== answering) return
    answering = null
    keepPlace()
    keepFocus()
    announce()
  })
}
