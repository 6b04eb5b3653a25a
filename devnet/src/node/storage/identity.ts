import { bytesToUtf8, utf8ToBytes } from '@ethereumjs/util'
import { DataDirMismatchError } from './errors.js'
import { keyOf } from './keys.js'
import type { Row, Store } from './store.js'

/** How rows are laid out. It changes when what one version writes is not what another one reads. */
const format = 2

/** Which chain a store holds. */
export interface Identity {
  readonly format: number
  /** `genesis.json`, which names the chain id, the hardforks, the inference runtime and the first accounts. */
  readonly genesis: Record<string, unknown>
}

/** The identity that a store tells, if it holds a chain. */
export function readIdentity(store: Store): Identity | undefined {
  const row = store.get(keyOf.identity)
  return row && JSON.parse(bytesToUtf8(row))
}

/** Height of the block that the stored chain goes on from, where it is a fork. */
export function storedForkNumber(store: Store): bigint | undefined {
  const identity = readIdentity(store)
  if (identity?.format !== format || identity.genesis.fork === undefined) return undefined
  return BigInt(identity.genesis.number as string)
}

export function identityRow(genesis: Record<string, unknown>): Row {
  const identity: Identity = { format, genesis }
  return [keyOf.identity, utf8ToBytes(JSON.stringify(identity))]
}

/** Seconds at which the stored chain started; undefined where there is none in a format that this version reads. */
export function storedTimestamp(store: Store): bigint | undefined {
  const identity = readIdentity(store)
  if (identity?.format !== format) return undefined
  return BigInt(identity.genesis.timestamp as string)
}

/**
 * Makes sure that a folder's chain is the one that was asked for.
 * @throws DataDirMismatchError
 */
export function checkIdentity(
  directory: string,
  stored: Identity,
  genesis: Record<string, unknown>,
): void {
  if (stored.format !== format) {
    throw new DataDirMismatchError(directory, 'the storage format', `${stored.format}`, `${format}`)
  }
  // What was stored has been through JSON, which drops what is undefined.
  const difference = firstDifference(stored.genesis, JSON.parse(JSON.stringify(genesis)), '')
  if (difference) {
    const { path, left, right } = difference
    throw new DataDirMismatchError(directory, path, excerpt(left), excerpt(right))
  }
}

interface Difference {
  readonly path: string
  readonly left: unknown
  readonly right: unknown
}

function firstDifference(left: unknown, right: unknown, path: string): Difference | undefined {
  if (!isRecord(left) || !isRecord(right)) {
    return left === right || isSameNumber(path, left, right) ? undefined : { path, left, right }
  }
  for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
    const inner = path === '' ? key : `${path}.${key}`
    const difference = firstDifference(left[key], right[key], inner)
    if (difference) return difference
  }
  return undefined
}

/** Whether two values are one number, where a file may write it with zeros before it or without. */
function isSameNumber(path: string, left: unknown, right: unknown): boolean {
  const isNumber = path === 'nonce' || /^alloc\.\w+\.storage\./.test(path)
  if (!isNumber || typeof left !== 'string' || typeof right !== 'string') return false
  return BigInt(left) === BigInt(right)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

/** A value as a message shows it, however large it is. */
function excerpt(value: unknown): string {
  if (value === undefined) return 'absent'
  const text = JSON.stringify(value)
  return text.length <= 100 ? text : `${text.slice(0, 97)}...`
}
