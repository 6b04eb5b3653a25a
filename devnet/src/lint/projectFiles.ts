import { readdir } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'

/** What others wrote, or a tool. */
const foreign = new Set(['node_modules', 'lib', 'out', 'artifacts', 'cache', 'dist', 'coverage'])

/** A project's own files of some endings, from its folder, with slashes. */
export async function projectFiles(
  root: string,
  endings: readonly string[],
  isExcluded: (file: string) => boolean,
): Promise<string[]> {
  const found: string[] = []
  const visit = async (folder: string): Promise<void> => {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      if (entry.name.startsWith('.') || foreign.has(entry.name)) continue
      const path = join(folder, entry.name)
      if (entry.isDirectory()) await visit(path)
      else if (endings.some((ending) => entry.name.endsWith(ending))) {
        const file = shownPath(root, path)
        if (!isExcluded(file)) found.push(file)
      }
    }
  }
  await visit(root)
  return found.sort()
}

/** From the project's folder, with slashes on every system. */
export function shownPath(root: string, path: string): string {
  return relative(root, path).split(sep).join('/')
}

/** Whether a path, as `shownPath` gives it, is of the project and no library's. */
export function isOwn(file: string): boolean {
  return !file.split('/').some((part) => part === '..' || foreign.has(part))
}

/** Tests say on purpose what no application should. */
const test = /\.t\.sol$|\.(test|spec)\.[^/]+$|\.d\.[cm]?ts$|(^|\/)tests?\//

/** Tells the files that are not linted: tests, and the files and folders that the configuration leaves out. */
export function excluder(excluded: readonly string[] = []): (file: string) => boolean {
  const paths = excluded.map((path) => path.replace(/^\.\//, '').replace(/\/$/, ''))
  return (file) =>
    test.test(file) || paths.some((path) => file === path || file.startsWith(`${path}/`))
}
