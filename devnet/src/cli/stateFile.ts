import { randomUUID } from 'node:crypto'
import { existsSync, statSync } from 'node:fs'
import { open, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createFileStore } from '@lockstep/precompile'
import type { Hex, Node } from '../node/node.js'
import { StateFileError } from '../node/stateFile/errors.js'
import { parseState, toText } from '../node/stateFile/text.js'
import { UsageError } from './output.js'
import type { StateFlags } from './stateFlags.js'

/** Seconds after which Anvil writes a state again. */
const defaultIntervalSeconds = 60

/**
 * Loads the file that the flags name into a node.
 * @returns models that the chain knows and whose files are nowhere.
 * @throws UsageError naming the file, and the place in it where that is wrong.
 */
export async function loadStateFile(node: Node, flags: StateFlags): Promise<readonly Hex[]> {
  const { state, loadState } = flags
  const file = fileOf(loadState ?? state)
  if (file === undefined || (loadState === undefined && !existsSync(file))) return []
  const flag = loadState === undefined ? '--state' : '--load-state'
  const bytes = await readFile(file).catch((cause: NodeJS.ErrnoException) => {
    throw new UsageError(`The file ${file} of ${flag} cannot be read (${cause.code}).`, { cause })
  })
  try {
    return await loadModels(node, file, await node.loadState(await parseState(bytes)))
  } catch (cause) {
    if (!(cause instanceof StateFileError)) throw cause
    throw new UsageError(`The file ${file} of ${flag} is not loaded. ${cause.shortMessage}`, {
      ...(cause.remedy && { remedy: cause.remedy }),
      cause,
    })
  }
}

/** Takes models of the chain from the folder beside its file. @returns those that are not there. */
async function loadModels(node: Node, file: string, wanted: readonly Hex[]): Promise<Hex[]> {
  const store = createFileStore(modelFolder(file))
  const missing: Hex[] = []
  for (const id of wanted) {
    const bytes = await store.get(id)
    if (bytes) await node.models.put(bytes)
    else missing.push(id)
  }
  return missing
}

/** Writes a node's chain to the file that flags name: at the end, and now and then before it. */
export class StateWriter {
  private readonly timer: NodeJS.Timeout | undefined
  private writing: Promise<void> = Promise.resolve()
  private readonly file: string | undefined

  /** @param onFailure told of a write that failed before the end. */
  constructor(
    private readonly node: Node,
    private readonly flags: StateFlags,
    onFailure: (error: Error) => void,
  ) {
    this.file = fileOf(flags.dumpState ?? flags.state)
    if (this.file === undefined) return
    const seconds = flags.stateInterval ?? defaultIntervalSeconds
    this.timer = setInterval(() => void this.write().catch(onFailure), seconds * 1000)
    this.timer.unref()
  }

  /** Ends the writing now and then, and writes once more. */
  async finish(): Promise<void> {
    clearInterval(this.timer)
    await this.write()
  }

  private write(): Promise<void> {
    const { file } = this
    if (file === undefined) return Promise.resolve()
    const next = this.writing.then(() => writeStateFile(this.node, file, this.flags))
    this.writing = next.catch(() => {})
    return next
  }
}

/** Writes the models first: a file never names one that is not beside it, unless the node lacks it too. */
async function writeStateFile(node: Node, file: string, flags: StateFlags): Promise<void> {
  const historicalStates = flags.preserveHistoricalStates ?? false
  const state = await node.dumpState({ historicalStates })
  const store = createFileStore(modelFolder(file))
  for (const id of state.lockstep.models) {
    const bytes = (await store.has(id)) ? undefined : await node.models.get(id)
    if (bytes) await store.put(bytes)
  }
  try {
    await writeWhole(file, toText(state))
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw code
      ? new UsageError(`The state cannot be written to ${file} (${code}).`, { cause })
      : cause
  }
}

/** Whoever reads the file finds the old text or the new one, never a part. */
async function writeWhole(file: string, text: string): Promise<void> {
  const temporary = join(dirname(file), `.${randomUUID()}.tmp`)
  try {
    const handle = await open(temporary, 'wx')
    try {
      await handle.writeFile(text)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, file)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

/** A folder stands for the file that Anvil keeps in it. */
function fileOf(path: string | undefined): string | undefined {
  if (path === undefined) return undefined
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ? join(path, 'state.json') : path
}

/** Where the models of a state lie, each under its id. */
function modelFolder(file: string): string {
  return `${file}.models`
}
