/**
 * Live fragments. One stream per tab carries topic and version only; a fragment whose `data-live-topic` names the topic
 * is fetched again through its own `hx-get`, so permissions are checked as for any other request. Each fragment is
 * refreshed at most twice a second. Without a stream the page polls, and the top bar always says which of these is true:
 * stale figures that look live are the worst failure of a screen on a wall.
 */
import htmx from 'htmx.org'

import { serverNow } from './clocks'
import { say } from './words'

const REFRESH_GAP_MS = 500
const POLL_MS = 5000
const SILENCE_MS = 40_000
const HIDDEN_MS = 30_000
const RETRY_MS = [1000, 2000, 5000, 10_000]

type State = 'live' | 'catching-up' | 'paused'

/** Limits refreshes of each fragment and remembers one that came too early. */
class Refresher {
  private readonly last = new Map<string, number>()
  private readonly waiting = new Set<string>()

  refresh(fragment: Element): void {
    const url = fragment.getAttribute('hx-get')
    if (!url || this.waiting.has(url)) return
    const gapMs = Math.max(REFRESH_GAP_MS, Number(fragment.getAttribute('data-live-gap-ms') ?? 0))
    const wait = (this.last.get(url) ?? 0) + gapMs - performance.now()
    if (wait <= 0) { this.fire(fragment, url); return }
    this.waiting.add(url)
    setTimeout(() => {
      this.waiting.delete(url)
      // A swap may have replaced the node meanwhile; whoever shows this address now is the one to refresh.
      const current = document.querySelector(`[data-live-topic][hx-get="${CSS.escape(url)}"]`)
      if (current) this.fire(current, url)
    }, wait)
  }

  private fire(fragment: Element, url: string): void {
    this.last.set(url, performance.now())
    htmx.trigger(fragment, 'live:refresh')
  }
}

class Live {
  private readonly refresher = new Refresher()
  private stream: EventSource | null = null
  private failures = 0
  /** At first too: what changed between the page being rendered and the stream being opened was told to nobody. */
  private isStale = true
  private serverIsBehind = false
  private lastGood = serverNow()
  private heardAt = performance.now()
  private hearsPings = false
  private poll = 0
  private retry = 0
  private hidden = 0

  constructor(private readonly sign: HTMLElement) {}

  start(): void {
    document.addEventListener('visibilitychange', () => this.onVisibility())
    document.addEventListener('htmx:after:request', (event) => this.onAnswer(event as CustomEvent))
    document.addEventListener('htmx:error', (event) => this.onAnswer(event as CustomEvent))
    setInterval(() => this.checkSilence(), POLL_MS)
    addEventListener('pagehide', () => this.stream?.close())
    this.connect()
  }

  private fragments(): Element[] {
    return [...document.querySelectorAll('[data-live-topic]')]
  }

  private topics(): string[] {
    const all = this.fragments().flatMap((fragment) => fragment.getAttribute('data-live-topic')!.split(/\s+/))
    return [...new Set(all.filter(Boolean))].sort()
  }

  private connect(): void {
    clearTimeout(this.retry)
    const topics = this.topics()
    if (topics.length === 0) { this.sign.hidden = true; return }
    const base = this.sign.dataset.liveUrl ?? '/live/stream'
    const stream = new EventSource(`${base}?topics=${topics.map(encodeURIComponent).join(',')}`)
    this.stream = stream
    stream.onopen = () => this.onOpen()
    stream.onerror = () => this.onBreak()
    stream.addEventListener('change', (event) => this.onChange(event.data as string))
    stream.addEventListener('state', (event) => this.onServerState(event.data as string))
    stream.addEventListener('ping', () => { this.hearsPings = true; this.heardAt = performance.now() })
  }

  private onOpen(): void {
    this.failures = 0
    this.heardAt = performance.now()
    clearInterval(this.poll)
    this.poll = 0
    if (!this.isStale) { this.showTruth(); return }
    this.show('catching-up')
    this.isStale = false
    this.refreshAll()
  }

  /** The server says when it lost sight of the database; what was missed meanwhile is fetched afterwards. */
  private onServerState(state: string): void {
    this.heardAt = performance.now()
    const wasBehind = this.serverIsBehind
    this.serverIsBehind = state !== 'live'
    if (wasBehind && !this.serverIsBehind) this.refreshAll()
    this.showTruth()
  }

  private showTruth(): void {
    const isOpen = this.stream?.readyState === EventSource.OPEN
    this.show(isOpen && !this.serverIsBehind && !this.isStale ? 'live' : 'catching-up')
  }

  private onBreak(): void {
    this.stream?.close()
    this.stream = null
    this.isStale = true
    if (this.sign.dataset.liveState !== 'paused') this.show('catching-up')
    if (!this.poll) this.poll = setInterval(() => this.refreshAll(), POLL_MS)
    clearTimeout(this.retry)
    this.retry = setTimeout(() => this.connect(), RETRY_MS[Math.min(this.failures, RETRY_MS.length - 1)])
    this.failures += 1
  }

  private onChange(data: string): void {
    this.heardAt = performance.now()
    const { topic } = JSON.parse(data) as { topic: string }
    for (const fragment of this.fragments()) {
      if (fragment.getAttribute('data-live-topic')!.split(/\s+/).includes(topic)) this.refresher.refresh(fragment)
    }
  }

  private refreshAll(): void {
    for (const fragment of this.fragments()) this.refresher.refresh(fragment)
  }

  /** Any fragment's answer tells whether what is on the screen is true. */
  private onAnswer(event: CustomEvent): void {
    const { ctx } = event.detail as { ctx?: { sourceElement?: Element, response?: { status: number } } }
    if (!ctx?.sourceElement?.hasAttribute('data-live-topic')) return
    const status = ctx.response?.status ?? 0
    if (event.type === 'htmx:error' || status === 0 || status >= 400) { this.show('paused'); return }
    this.lastGood = serverNow()
    this.showTruth()
  }

  /** A dead connection can look open for minutes: where the server pings, its silence is a break. */
  private checkSilence(): void {
    if (this.stream && this.hearsPings && performance.now() - this.heardAt > SILENCE_MS) this.onBreak()
  }

  /** A hidden tab gives its connection back: a browser allows six for each host. */
  private onVisibility(): void {
    clearTimeout(this.hidden)
    if (document.hidden) {
      this.hidden = setTimeout(() => { this.suspend() }, HIDDEN_MS)
    } else if (!this.stream) {
      this.connect()
    }
  }

  private suspend(): void {
    this.stream?.close()
    this.stream = null
    clearInterval(this.poll)
    this.poll = 0
    clearTimeout(this.retry)
    this.isStale = true
    this.show('paused')
  }

  private show(state: State): void {
    this.sign.hidden = false
    const since = new Date(this.lastGood).toLocaleTimeString(document.documentElement.lang, { hour12: false })
    const text = say(`live_${state}`, { time: since })
    if (this.sign.textContent !== text) this.sign.textContent = text
    this.sign.dataset.liveState = state
  }
}

export function startLive(): void {
  const sign = document.querySelector<HTMLElement>('[data-live-state]')
  if (sign) new Live(sign).start()
}
