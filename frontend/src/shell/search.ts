/** The box at the top: go to a screen, press a button of this one, or open a key such as INC-12. */

import { say } from './words'

interface Choice { label: string, kind: string, run: () => void }

function choices(): Choice[] {
  const found: Choice[] = []
  for (const control of document.querySelectorAll<HTMLElement>('[data-command]')) {
    found.push({ label: control.dataset.command!, kind: control.dataset.key?.toUpperCase() ?? '', run: () => control.click() })
  }
  for (const link of document.querySelectorAll<HTMLAnchorElement>('.rail-group a')) {
    const label = link.querySelector('span')?.textContent ?? ''
    const go = link.dataset.go
    found.push({ label, kind: go ? `G ${go.toUpperCase()}` : '', run: () => link.click() })
  }
  return found
}

class SearchBox {
  private shown: Choice[] = []
  private at = 0

  constructor(private readonly input: HTMLInputElement, private readonly list: HTMLElement) {
    input.addEventListener('input', () => this.open())
    input.addEventListener('focus', () => this.open())
    input.addEventListener('blur', () => this.close())
    input.addEventListener('keydown', (event) => this.onKey(event))
    // mousedown comes before blur, so the choice is still there to be taken.
    list.addEventListener('mousedown', (event) => {
      const row = (event.target as Element).closest<HTMLElement>('[data-at]')
      if (!row) return
      event.preventDefault()
      this.run(Number(row.dataset.at))
    })
  }

  private open(): void {
    const sought = this.input.value.trim().toLocaleLowerCase()
    this.shown = choices().filter((choice) => choice.label.toLocaleLowerCase().includes(sought)).slice(0, 12)
    const form = this.input.form
    if (sought && form?.hasAttribute('action')) {
      const words = this.input.value.trim()
      this.shown.push({ label: say('search_for', { words }), kind: '', run: () => { this.input.value = words; form.submit() } })
    }
    this.at = 0
    this.draw()
  }

  private draw(): void {
    this.list.replaceChildren(...this.shown.map((choice, at) => {
      const row = document.createElement('li')
      row.role = 'option'
      row.id = `choice-${at}`
      row.dataset.at = String(at)
      row.ariaSelected = String(at === this.at)
      const kind = document.createElement('span')
      kind.className = 'hint mono'
      kind.textContent = choice.kind
      row.append(choice.label, kind)
      return row
    }))
    const open = this.shown.length > 0
    this.list.hidden = !open
    this.input.setAttribute('aria-expanded', String(open))
    if (open) this.input.setAttribute('aria-activedescendant', `choice-${this.at}`)
    else this.input.removeAttribute('aria-activedescendant')
  }

  private close(): void {
    this.shown = []
    this.draw()
  }

  private run(at: number): void {
    const choice = this.shown[at]
    this.input.value = ''
    this.input.blur()
    choice?.run()
  }

  private onKey(event: KeyboardEvent): void {
    if (event.key === 'Escape') { this.input.blur(); return }
    if (event.key === 'Enter' && this.shown.length > 0) { event.preventDefault(); this.run(this.at); return }
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step === 0 || this.shown.length === 0) return
    event.preventDefault()
    this.at = (this.at + step + this.shown.length) % this.shown.length
    this.draw()
  }
}

export function startSearch(): void {
  const input = document.querySelector<HTMLInputElement>('[data-search]')
  const list = document.getElementById('search-list')
  if (input && list) new SearchBox(input, list)
}
