import { bytesToHex, hexToBytes } from '@ethereumjs/util'
import {
  bytesPerElement,
  type Dtype,
  elementCount,
  type InferenceTensors,
  isDtype,
  type Tensor,
} from '@lockstep/precompile'
import type { AccountEdit, StateEdits } from '../../node/edits/edits.js'
import { type Fields, fieldReaders, isGiven } from '../../node/fields.js'
import type { RecordedAccount } from '../../node/fork/recordedState.js'
import type { Hex, TransactionInference } from '../../node/node.js'

/** An inference as a bundle holds it. */
export interface RecordedInference extends TransactionInference, InferenceTensors {
  readonly blockNumber: bigint
  readonly transactionHash: Hex
}

/** The receipts of one block. */
export interface RecordedReceipts {
  readonly blockNumber: bigint
  /** As they are hashed, in the order of the transactions. */
  readonly receipts: readonly Hex[]
}

/** How the state after a block was changed without a block. */
export interface RecordedEdits {
  readonly after: bigint
  readonly accounts: StateEdits
}

const stateParts = ['header', 'node', 'code'] as const

/** A part of the state that a bundle starts from. */
export interface StateLine {
  readonly kind: (typeof stateParts)[number]
  readonly bytes: Uint8Array
}

/** An account of a forked chain, as far as it was read. */
export interface ProvenAccount extends RecordedAccount {
  /** Trie nodes that prove it, and its slots; absent where the chain's node gives none. */
  readonly proof?: readonly Hex[]
}

/** A part of what was read of a forked chain. */
export type ForkLine =
  /** The last block that is its, as `eth_getBlockByNumber` gives it. */
  | { readonly kind: 'block'; readonly block: Fields }
  | { readonly kind: 'account'; readonly account: ProvenAccount }
  | { readonly kind: 'hash'; readonly number: bigint; readonly hash: Hex }

/** What a line of a file must be. Whoever knows the file and the line makes a BundleFormatError of it. */
export class LineError extends Error {
  override readonly name = 'LineError'
}

const { object, list, integer, bytes, word } = fieldReaders(
  (path, expected, value) =>
    new LineError(
      `must have ${expected} as ${path}, not ${(JSON.stringify(value) ?? 'nothing').slice(0, 80)}`,
    ),
)

export function inferenceLine({ inputs, outputs, ...inference }: RecordedInference): string {
  const { blockNumber, gasUsed, ...rest } = inference
  return JSON.stringify({
    blockNumber: Number(blockNumber),
    ...rest,
    gasUsed: String(gasUsed),
    inputs: inputs.map(tensorJson),
    ...(outputs && { outputs: outputs.map(tensorJson) }),
  })
}

/** @throws LineError */
export function readInference(value: unknown): RecordedInference {
  const fields = object('the line', value)
  const count = (name: string) => Number(integer(name, fields[name], 32))
  const hash = (name: string) => bytes(name, fields[name], 32)
  const { method, success } = fields
  if (method !== 'infer' && method !== 'inferTensors') throw new LineError('must have a method')
  if (typeof success !== 'boolean') throw new LineError('must have true or false as success')
  return {
    blockNumber: integer('blockNumber', fields.blockNumber, 53),
    transactionHash: hash('transactionHash'),
    transactionIndex: count('transactionIndex'),
    callIndex: count('callIndex'),
    depth: count('depth'),
    caller: bytes('caller', fields.caller, 20),
    model: hash('model'),
    method,
    inputHash: hash('inputHash'),
    outputHash: hash('outputHash'),
    gasUsed: integer('gasUsed', fields.gasUsed, 64),
    success,
    inputs: tensors('inputs', fields.inputs),
    ...(isGiven(fields.outputs) && { outputs: tensors('outputs', fields.outputs) }),
  }
}

export function receiptsLine({ blockNumber, receipts }: RecordedReceipts): string {
  return JSON.stringify({ blockNumber: Number(blockNumber), receipts })
}

/** @throws LineError */
export function readReceipts(value: unknown): RecordedReceipts {
  const fields = object('the line', value)
  return {
    blockNumber: integer('blockNumber', fields.blockNumber, 53),
    receipts: list('receipts', fields.receipts).map((entry, i) => bytes(`receipts[${i}]`, entry)),
  }
}

export function editsLine({ after, accounts }: RecordedEdits): string {
  const hex = (value: bigint) => `0x${value.toString(16)}`
  const entries = Object.entries(accounts).map(([address, edit]) => [
    address,
    edit && { ...edit, nonce: hex(edit.nonce), balance: hex(edit.balance) },
  ])
  return JSON.stringify({ after: Number(after), accounts: Object.fromEntries(entries) })
}

/** @throws LineError */
export function readEdits(value: unknown): RecordedEdits {
  const { after, accounts } = object('the line', value)
  return { after: integer('after', after, 53), accounts: readAccounts(accounts) }
}

export function stateLine({ kind, bytes: content }: StateLine): string {
  return JSON.stringify({ [kind]: bytesToHex(content) })
}

/** @throws LineError */
export function readStateLine(value: unknown): StateLine {
  const fields = object('the line', value)
  for (const kind of stateParts) {
    if (kind in fields) return { kind, bytes: hexToBytes(bytes(kind, fields[kind])) }
  }
  throw new LineError('must have a header, a node or a code')
}

export function forkLine(line: ForkLine): string {
  if (line.kind === 'block') return JSON.stringify({ block: line.block })
  if (line.kind === 'hash') return JSON.stringify({ number: Number(line.number), hash: line.hash })
  const { nonce, balance, ...rest } = line.account
  const hex = (value: bigint) => `0x${value.toString(16)}`
  return JSON.stringify({ ...rest, nonce: hex(nonce), balance: hex(balance) })
}

/** @throws LineError */
export function readForkLine(value: unknown): ForkLine {
  const fields = object('the line', value)
  if ('block' in fields) return { kind: 'block', block: object('block', fields.block) }
  if ('hash' in fields) {
    const hash = bytes('hash', fields.hash, 32)
    return { kind: 'hash', number: integer('number', fields.number, 53), hash }
  }
  return { kind: 'account', account: readForkedAccount(fields) }
}

/** @throws LineError */
export function readForkedAccount(fields: Fields): ProvenAccount {
  const { address, proof } = fields
  return {
    address: bytes('address', address, 20),
    nonce: integer('nonce', fields.nonce, 64),
    balance: integer('balance', fields.balance, 256),
    code: bytes('code', fields.code),
    storage: readStorage('', object('storage', fields.storage)),
    ...(isGiven(proof) && {
      proof: list('proof', proof).map((node, i) => bytes(`proof[${i}]`, node)),
    }),
  }
}

/** @param path of the account, with a point behind it. */
function readStorage(path: string, storage: Fields): Readonly<Record<Hex, Hex>> {
  return Object.fromEntries(
    Object.entries(storage).map(([slot, content]) => [
      word(`a slot of ${path}storage`, slot),
      word(`${path}storage`, content),
    ]),
  )
}

/** @throws LineError */
export function readAccounts(value: unknown): StateEdits {
  const entries = Object.entries(object('accounts', value)).map(([key, edit]) => {
    const path = `accounts[${JSON.stringify(key.slice(0, 50))}]`
    const address = bytes(path, key, 20)
    return [address, edit === null ? null : readAccount(path, object(path, edit))] as const
  })
  return Object.fromEntries(entries)
}

function readAccount(path: string, fields: Fields): AccountEdit {
  const { nonce, balance, code, storage } = fields
  return {
    nonce: integer(`${path}.nonce`, nonce, 64),
    balance: integer(`${path}.balance`, balance, 256),
    ...(isGiven(code) && { code: bytes(`${path}.code`, code) }),
    ...(isGiven(storage) && {
      storage: readStorage(`${path}.`, object(`${path}.storage`, storage)),
    }),
  }
}

function tensorJson({ dtype, shape, data }: Tensor) {
  return { dtype, shape, data: Buffer.from(data).toString('base64') }
}

function tensors(path: string, value: unknown): Tensor[] {
  return list(path, value).map((entry, i) => readTensor(`${path}[${i}]`, entry))
}

function readTensor(path: string, value: unknown): Tensor {
  const fields = object(path, value)
  const dtype = readDtype(`${path}.dtype`, fields.dtype)
  const shape = list(`${path}.shape`, fields.shape).map((entry, i) =>
    Number(integer(`${path}.shape[${i}]`, entry, 32)),
  )
  if (typeof fields.data !== 'string') throw new LineError(`must have base64 as ${path}.data`)
  const data = new Uint8Array(Buffer.from(fields.data, 'base64'))
  const wanted = elementCount(shape) * bytesPerElement(dtype)
  if (data.length === wanted) return { dtype, shape, data }
  throw new LineError(`must have ${wanted} bytes as ${path}.data, not ${data.length}`)
}

function readDtype(path: string, value: unknown): Dtype {
  if (typeof value === 'number' && isDtype(value)) return value
  throw new LineError(`must have an element type as ${path}`)
}
