import { fieldReaders } from '../../node/fields.js'
import type { LockstepConfig } from '../../node/genesis.js'
import type { Hex } from '../../node/node.js'
import {
  BundleFormatError,
  BundlePathError,
  BundleRuntimeError,
  BundleVersionError,
} from './errors.js'
import { bundleFile, isBundleFile, largestFile, requiredFiles } from './files.js'

/** How bundles are laid out. It changes when what one version writes is not what another one reads. */
export const bundleFormat = 2

/** A block by its place and its hash. */
export interface BlockPlace {
  readonly number: bigint
  readonly hash: Hex
}

/** What a bundle says of one of its files. */
export interface FileFacts {
  readonly bytes: number
  /** In hex. */
  readonly sha256: string
}

/** The state that the first recorded block stands on, of which a bundle holds what its blocks read. */
export interface StartFacts {
  readonly stateRoot: Hex
  /**
   * What says that the root is right: the header of the base, or the manifest alone, where the state was loaded or
   * edited without a block.
   */
  readonly provedBy: 'header' | 'manifest'
}

/** The chain that the recorded one forks, of which a bundle holds what was read. */
export interface ForkFacts {
  /** What says that it is right: proofs against the state root of the base, or the manifest alone. */
  readonly provedBy: 'proofs' | 'manifest'
}

/** What a bundle says of itself. */
export interface Manifest {
  /** The program that wrote it, and its version. */
  readonly madeBy: string
  /** What decides the answers of models on the chain; undefined where it knows no inference. */
  readonly lockstep: LockstepConfig | undefined
  readonly chainId: number
  /** The block on whose state the first recorded block stands. */
  readonly base: BlockPlace
  /** Absent where the genesis makes the base and its state. */
  readonly start?: StartFacts
  /** Absent where the chain is no fork. */
  readonly fork?: ForkFacts
  readonly head: BlockPlace
  readonly transactions: number
  readonly inferences: number
  readonly files: Readonly<Record<string, FileFacts>>
}

/** The manifest as its file holds it. */
export function manifestJson(manifest: Manifest): Record<string, unknown> {
  const { lockstep, base, head, ...rest } = manifest
  const place = ({ number, hash }: BlockPlace) => ({ number: Number(number), hash })
  return {
    format: bundleFormat,
    ...rest,
    base: place(base),
    head: place(head),
    ...(lockstep && { lockstep }),
  }
}

/**
 * Reads a manifest.
 * @param folder of the bundle, for messages.
 * @param own what decides the answers of models here.
 * @throws BundleError
 */
export function readManifest(folder: string, value: unknown, own: LockstepConfig): Manifest {
  const refuse = (path: string, expected: string, got: unknown) =>
    new BundleFormatError(
      folder,
      bundleFile.manifest,
      `must have ${expected} as ${path}, not ${(JSON.stringify(got) ?? 'nothing').slice(0, 80)}`,
    )
  const { object, integer, bytes } = fieldReaders(refuse)
  const fields = object('the whole', value)
  if (fields.format !== bundleFormat)
    throw new BundleVersionError(folder, fields.format, bundleFormat)
  const count = (path: string, given: unknown) => Number(integer(path, given, 48))
  const place = (path: string, given: unknown): BlockPlace => {
    const { number, hash } = object(path, given)
    return {
      number: integer(`${path}.number`, number, 53),
      hash: bytes(`${path}.hash`, hash, 32),
    }
  }
  const start = (given: unknown): StartFacts => {
    const { stateRoot, provedBy } = object('start', given)
    if (provedBy !== 'header' && provedBy !== 'manifest') {
      throw refuse('start.provedBy', '"header" or "manifest"', provedBy)
    }
    return { stateRoot: bytes('start.stateRoot', stateRoot, 32), provedBy }
  }
  const fork = (given: unknown): ForkFacts => {
    const { provedBy } = object('fork', given)
    if (provedBy === 'proofs' || provedBy === 'manifest') return { provedBy }
    throw refuse('fork.provedBy', '"proofs" or "manifest"', provedBy)
  }
  if (typeof fields.madeBy !== 'string') throw refuse('madeBy', 'a text', fields.madeBy)
  return {
    madeBy: fields.madeBy.slice(0, 100),
    lockstep:
      fields.lockstep === undefined
        ? undefined
        : checkedConfig(folder, object('lockstep', fields.lockstep), own),
    chainId: Number(integer('chainId', fields.chainId, 53)),
    base: place('base', fields.base),
    ...(fields.start !== undefined && { start: start(fields.start) }),
    ...(fields.fork !== undefined && { fork: fork(fields.fork) }),
    head: place('head', fields.head),
    transactions: count('transactions', fields.transactions),
    inferences: count('inferences', fields.inferences),
    files: readFiles(folder, object('files', fields.files), (path, given) => {
      const facts = object(path, given)
      const sha256 = bytes(`${path}.sha256`, facts.sha256, 32).slice(2)
      return { bytes: count(`${path}.bytes`, facts.bytes), sha256 }
    }),
  }
}

function readFiles(
  folder: string,
  listed: Readonly<Record<string, unknown>>,
  read: (path: string, value: unknown) => FileFacts,
): Record<string, FileFacts> {
  const files: Record<string, FileFacts> = {}
  for (const [path, value] of Object.entries(listed)) {
    if (!isBundleFile(path)) throw new BundlePathError(folder, path)
    const facts = read(`files[${JSON.stringify(path)}]`, value)
    if (facts.bytes > largestFile(path)) {
      const most = `${facts.bytes} bytes, more than the ${largestFile(path)} that are read`
      throw new BundleFormatError(folder, path, `has ${most}`)
    }
    files[path] = facts
  }
  for (const path of requiredFiles) {
    if (!files[path])
      throw new BundleFormatError(folder, bundleFile.manifest, `does not list ${path}`)
  }
  return files
}

/** @throws BundleRuntimeError where models would not answer here what they answered there. */
function checkedConfig(
  folder: string,
  wanted: Readonly<Record<string, unknown>>,
  own: LockstepConfig,
): LockstepConfig {
  for (const field of ['schedule', 'validator'] as const) {
    if (wanted[field] !== own[field]) {
      throw new BundleRuntimeError(folder, field, wanted[field], own[field])
    }
  }
  const runtime = (wanted.pinnedRuntime ?? {}) as Record<string, unknown>
  for (const [name, value] of Object.entries(own.pinnedRuntime)) {
    if (JSON.stringify(runtime[name]) !== JSON.stringify(value)) {
      throw new BundleRuntimeError(folder, `pinnedRuntime.${name}`, runtime[name], value)
    }
  }
  return own
}
