/** Buttons that copy: `data-copy="#id"` copies that element's text. */
import { say } from './words'

const RESTORE_MS = 2000

async function copy(button: HTMLElement): Promise<void> {
  const source = document.querySelector<HTMLElement>(button.dataset.copy!)
  if (!source) return
  try {
    await navigator.clipboard.writeText((source.textContent ?? '').trim())
  } catch {
    // Plain HTTP has no clipboard: select the text, so that one key finishes the job.
    getSelection()?.selectAllChildren(source)
    return
  }
  const label = button.dataset.label ?? button.textContent ?? ''
  button.dataset.label = label
  button.textContent = say('copied')
  setTimeout(() => { button.textContent = label }, RESTORE_MS)
}

export function startCopying(): void {
  document.addEventListener('click', (event) => {
    const button = (event.target as Element).closest<HTMLElement>('[data-copy]')
    if (button) void copy(button)
  })
}
