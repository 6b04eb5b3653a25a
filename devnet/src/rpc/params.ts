import { hexToBytes } from '@ethereumjs/util'
import { type BlobSidecar, cellsPerBlob, sidecarSizes } from '../node/blobs/sidecar.js'
import { versionedHash } from '../node/blobs/verify.js'
import type { BlockId, BlockOverrides, CallRequest, Hex, StateOverrides } from '../node/node.js'
import {
  address,
  boolean,
  bytes,
  bytes32,
  type Codec,
  CodecError,
  fixedBytes,
  hash,
  integer,
  list,
  object,
  quantity,
  record,
  slot,
  strictObject,
  uint64,
} from './codec.js'

const tags = ['latest', 'earliest', 'pending', 'safe', 'finalized'] as const

/** A block's tag, number or hash, or an object with one of the last two (EIP-1898). */
export const blockId: Codec<BlockId> = (value) => {
  if (typeof value === 'object' && value !== null) return blockIdObject(value)
  if (typeof value === 'string') {
    const tag = tags.find((name) => name === value)
    if (tag) return tag
    if (value.length === 66) return { hash: hash(value) }
  }
  try {
    // Decimal digits name no block: geth and Anvil refuse them too.
    if (typeof value === 'string' && !value.startsWith('0x')) throw new CodecError('hex', value)
    return uint64(value)
  } catch (error) {
    if (!(error instanceof CodecError)) throw error
    throw new CodecError(`a block number, a 32-byte block hash or one of ${tags.join(', ')}`, value)
  }
}

const blockIdFields = object({ blockNumber: uint64, blockHash: hash, requireCanonical: boolean })

function blockIdObject(value: object): BlockId {
  const { blockNumber, blockHash } = blockIdFields(value)
  if ((blockNumber === undefined) === (blockHash === undefined)) {
    throw new CodecError('an object with either blockNumber or blockHash', value)
  }
  return blockNumber ?? { hash: blockHash as Hex }
}

/** The same without hashes, where the method's name says that it takes a number. */
export const blockNumber: Codec<BlockId> = (value) => {
  const id = blockId(value)
  if (typeof id === 'object') throw new CodecError('a block number or tag', value)
  return id
}

const accessList = list((value) => {
  const entry = object({ address, storageKeys: list(bytes32) })(value)
  if (entry.address === undefined) throw new CodecError('an object with an address', value)
  return { address: entry.address, storageKeys: entry.storageKeys ?? [] }
}, 10_000)

const authorizationFields = object({
  chainId: quantity,
  address,
  nonce: uint64,
  yParity: integer(0, 1),
  v: quantity,
  r: quantity,
  s: quantity,
})

/** A signed delegation (EIP-7702). */
export interface Authorization {
  readonly chainId: Hex
  readonly address: Hex
  readonly nonce: Hex
  readonly yParity: Hex
  readonly r: Hex
  readonly s: Hex
}

const authorization: Codec<Authorization> = (value) => {
  const { chainId, address, nonce, yParity, v, r, s } = authorizationFields(value)
  const parity = yParity ?? (v === undefined ? undefined : Number(v >= 27n ? v - 27n : v))
  if (
    chainId === undefined ||
    !address ||
    nonce === undefined ||
    r === undefined ||
    s === undefined ||
    parity === undefined ||
    parity > 1
  ) {
    throw new CodecError('a signed authorization: chainId, address, nonce, yParity, r, s', value)
  }
  const hex = (number: bigint | number): Hex => `0x${number.toString(16)}`
  return {
    chainId: hex(chainId),
    address,
    nonce: hex(nonce),
    yParity: hex(parity),
    r: hex(r),
    s: hex(s),
  }
}

const requestFields = object({
  from: address,
  to: address,
  gas: uint64,
  gasLimit: uint64,
  gasPrice: quantity,
  maxFeePerGas: quantity,
  maxPriorityFeePerGas: quantity,
  maxFeePerBlobGas: quantity,
  value: quantity,
  nonce: uint64,
  data: bytes,
  input: bytes,
  chainId: quantity,
  type: integer(0, 4),
  accessList,
  authorizationList: list(authorization),
  blobVersionedHashes: list(hash, 64),
  blobs: list(fixedBytes(sidecarSizes.blob, 'a blob'), 64),
  commitments: list(fixedBytes(sidecarSizes.commitment, 'a commitment'), 64),
  proofs: list(fixedBytes(sidecarSizes.proof, 'a proof'), 64 * cellsPerBlob),
})

/** Fields of a transaction that this node is asked to fill, sign or send. */
export interface TransactionRequest extends CallRequest {
  readonly type?: number
  readonly chainId?: bigint
  readonly authorizationList?: readonly Authorization[]
  readonly sidecar?: BlobSidecar
}

/** A transaction as eth_sendTransaction and its like take it: one that names blobs brings them. */
export const transactionRequest: Codec<TransactionRequest> = (value) => {
  const request = callRequest(value)
  const isOfBlobs =
    request.type === 3 || request.blobVersionedHashes || Object.hasOwn(value as object, 'blobs')
  if (isOfBlobs && !request.sidecar) {
    throw new CodecError('a blob transaction with its blobs, commitments and proofs', value)
  }
  return request
}

/** A transaction as eth_call and its like take it. */
export const callRequest: Codec<TransactionRequest> = (value) => {
  const { data, input, gas, gasLimit, blobs, commitments, proofs, ...rest } = requestFields(value)
  if (data !== undefined && input !== undefined && data !== input) {
    throw new CodecError('a transaction whose data and input agree when both are given', value)
  }
  if (
    rest.gasPrice !== undefined &&
    (rest.maxFeePerGas ?? rest.maxPriorityFeePerGas) !== undefined
  ) {
    throw new CodecError('a transaction with gasPrice or with maxFeePerGas, not both', value)
  }
  const code = input ?? data
  const limit = gas ?? gasLimit
  const sidecar = sidecarOf(blobs, commitments, proofs)
  return {
    ...(sidecar && { sidecar, blobVersionedHashes: sidecar.commitments.map(versionedHash) }),
    ...rest,
    ...(code === undefined ? {} : { data: code }),
    ...(limit === undefined ? {} : { gas: limit }),
  }
}

/** Undefined where some of it is missing: a call needs no more than the hashes. */
function sidecarOf(
  blobs: Hex[] | undefined,
  commitments: Hex[] | undefined,
  proofs: Hex[] | undefined,
): BlobSidecar | undefined {
  if (!blobs || !commitments || !proofs) return undefined
  // Proofs of cells, of which each blob has many, are told from those of blobs by their number.
  const version = proofs.length > blobs.length ? 1 : 0
  return {
    version,
    blobs: blobs.map(hexToBytes),
    commitments: commitments.map(hexToBytes),
    proofs: proofs.map(hexToBytes),
  }
}

export const accountOverrideFields = {
  balance: quantity,
  nonce: uint64,
  code: bytes,
  state: record(slot, bytes32),
  stateDiff: record(slot, bytes32),
}

const accountOverride = strictObject(accountOverrideFields)

/** Account fields that a call shall see instead of the chain's. */
export const stateOverrides: Codec<StateOverrides> = (value) => {
  const overrides = record(address, accountOverride)(value)
  for (const [name, { state, stateDiff }] of Object.entries(overrides)) {
    if (state && stateDiff) {
      throw new CodecError('an override with state or stateDiff, not both', { [name]: '…' })
    }
  }
  return overrides
}

export const blockOverrideFields = {
  number: uint64,
  time: uint64,
  timestamp: uint64,
  gasLimit: uint64,
  feeRecipient: address,
  coinbase: address,
  prevRandao: bytes32,
  random: bytes32,
  baseFeePerGas: quantity,
  baseFee: quantity,
}

const knownBlockOverrides = strictObject(blockOverrideFields)

/** Header fields that a call shall see instead of the block's; both geth's names and its older ones. */
export const blockOverrides: Codec<BlockOverrides> = (value) =>
  blockOverridesOf(knownBlockOverrides(value))

/** The same from fields that are decoded. */
export function blockOverridesOf(fields: ReturnType<typeof knownBlockOverrides>): BlockOverrides {
  return compact({
    number: fields.number,
    gasLimit: fields.gasLimit,
    time: fields.time ?? fields.timestamp,
    coinbase: fields.feeRecipient ?? fields.coinbase,
    prevRandao: fields.prevRandao ?? fields.random,
    baseFee: fields.baseFeePerGas ?? fields.baseFee,
  })
}

type Compact<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

/** The object without its undefined fields. */
export function compact<T extends object>(value: T): Compact<T> {
  return Object.fromEntries(
    Object.entries(value).filter(([, entry]) => entry !== undefined),
  ) as Compact<T>
}
