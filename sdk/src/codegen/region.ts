import { CodegenError } from './errors.js'

/** A part of a file that belongs to the generator. What stands before and behind it does not. */
export interface Region {
  /** Tells regions of one file apart. */
  readonly name: string
  readonly body: string
}

const open = (name: string) => `// #region lockstep ${name}: written by \`lockstep generate\``
const close = (name: string) => `// #endregion lockstep ${name}`

/**
 * Puts a region in the place of its predecessor.
 * @param file What the file holds; undefined where there is none.
 * @param header What a new file starts with.
 * @throws CodegenError when the file exists and holds no such region: it is somebody's own.
 */
export function mergeRegion(
  file: string | undefined,
  { name, body }: Region,
  { path, header = '' }: { path: string; header?: string },
): string {
  const text = `${open(name)}\n${body.trim()}\n${close(name)}\n`
  if (file === undefined) return `${header}${text}`
  const start = file.indexOf(open(name))
  const end = file.indexOf(close(name), start)
  if (start === -1 || end === -1) {
    throw new CodegenError(`${path} exists and was not generated.`, {
      remedy: `Move it, choose another folder in lockstep.config.ts, or add the lines "${open(name)}" and "${close(name)}" where the code shall stand.`,
    })
  }
  const after = file.slice(end + close(name).length).replace(/^\r?\n/, '')
  return `${file.slice(0, start)}${text}${after}`
}
