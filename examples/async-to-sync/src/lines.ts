import { readFileSync } from 'node:fs'

/** Lines of a contract that are neither blank nor comment. @param name of the file, without `.sol` */
export function contractLines(name: string): number {
  const source = readFileSync(new URL(`../contracts/${name}.sol`, import.meta.url), 'utf8')
  return source
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.trim().startsWith('//')).length
}
