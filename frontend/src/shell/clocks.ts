/** Running clocks, countdowns and relative times, by the server's clock: a phone's own may be minutes off. */
import { say } from './words'

const ANNOUNCED_AT_S = [60, 15]
const stamp = document.querySelector<HTMLMetaElement>('meta[name="tocsin-now"]')?.content
const skewMs = stamp ? Date.parse(stamp) - Date.now() : 0

/** Milliseconds since the epoch on the server. */
export function serverNow(): number {
  return Date.now() + skewMs
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}

/** 378 -> "00:06:18"; hours grow past 99, for some incidents do. */
export function clockText(totalS: number): string {
  const s = Math.max(0, Math.floor(totalS))
  return `${two(Math.floor(s / 3600))}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`
}

/** 221 -> "3:41". */
export function countdownText(totalS: number): string {
  const s = Math.max(0, Math.ceil(totalS))
  return s >= 3600 ? clockText(s) : `${Math.floor(s / 60)}:${two(s % 60)}`
}

/** How long ago, by the coarsest unit that still says something. */
export function agoText(totalS: number): string {
  const s = Math.max(0, Math.floor(totalS))
  if (s < 60) return say('ago_s', { n: s })
  if (s < 3600) return say('ago_min', { n: Math.floor(s / 60) })
  if (s < 86400) return say('ago_h', { n: Math.floor(s / 3600) })
  return say('ago_d', { n: Math.floor(s / 86400) })
}

function write(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text
}

function announce(leftS: number): void {
  const region = document.getElementById('announcer')
  if (region && ANNOUNCED_AT_S.includes(leftS)) region.textContent = say('countdown_left', { n: leftS })
}

function tick(): void {
  const now = serverNow()
  for (const element of document.querySelectorAll<HTMLElement>('[data-running-since]')) {
    write(element, clockText((now - Date.parse(element.dataset.runningSince!)) / 1000))
  }
  for (const element of document.querySelectorAll<HTMLElement>('[data-until]')) {
    const leftS = (Date.parse(element.dataset.until!) - now) / 1000
    write(element, countdownText(leftS))
    if (element.dataset.announce !== undefined) announce(Math.ceil(leftS))
  }
  for (const element of document.querySelectorAll<HTMLElement>('[data-relative]')) {
    write(element, agoText((now - Date.parse(element.getAttribute('datetime')!)) / 1000))
  }
}

export function startClocks(): void {
  tick()
  setInterval(tick, 1000)
}
