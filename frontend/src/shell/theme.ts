/** Switches between light, dark and the system's choice at once; the form tells the server, which remembers. */

function apply(choice: string): void {
  const root = document.documentElement
  if (choice === 'auto') delete root.dataset.theme
  else root.dataset.theme = choice
  for (const button of document.querySelectorAll<HTMLButtonElement>('[data-theme-form] button[name="theme"]')) {
    if (button.closest('.segmented')) button.setAttribute('aria-pressed', String(button.value === choice))
  }
}

function opposite(): string {
  const shown = document.documentElement.dataset.theme
  const dark = shown ? shown === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches
  return dark ? 'light' : 'dark'
}

export function startTheme(): void {
  document.addEventListener('submit', (event) => {
    const form = event.target as HTMLFormElement
    if (!form.matches('[data-theme-form]')) return
    event.preventDefault()
    const submitter = event.submitter as HTMLButtonElement
    const choice = submitter.value === 'toggle' ? opposite() : submitter.value
    apply(choice)
    const body = new FormData(form)
    body.set('theme', choice)
    void fetch(form.action, { method: 'POST', body, redirect: 'manual' })
  })
}
