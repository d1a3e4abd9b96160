/** The words that scripts show, in the reader's language: the base template writes them as JSON. */
const source = document.getElementById('words')
const words: Record<string, string> = source ? JSON.parse(source.textContent ?? '{}') : {}

/** The phrase called `name`, with `{key}` replaced by its value. */
export function say(name: string, values: Record<string, string | number> = {}): string {
  return (words[name] ?? name).replace(/\{(\w+)\}/g, (_, key: string) => String(values[key] ?? ''))
}
