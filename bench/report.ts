import { readFile, writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'

/** What was measured on, in words. */
export function machine(): string {
  return `${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}, Node ${process.version}`
}

/** Replaces what stands between `<!-- section -->` and `<!-- /section -->` in a page of `docs/`. */
export async function writeSection(page: string, section: string, text: string): Promise<void> {
  const url = new URL(`../docs/${page}`, import.meta.url)
  const [open, close] = [`<!-- ${section} -->`, `<!-- /${section} -->`]
  const old = await readFile(url, 'utf8')
  const [start, end] = [old.indexOf(open), old.indexOf(close)]
  if (start === -1 || end < start) throw new Error(`docs/${page} has no section ${open}.`)
  const date = new Date().toISOString().slice(0, 10)
  const stamped = `${open}\nMeasured ${date} on ${machine()}.\n\n${text}${close}`
  await writeFile(url, old.slice(0, start) + stamped + old.slice(end + close.length))
}
