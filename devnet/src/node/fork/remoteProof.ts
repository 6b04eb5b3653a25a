import type { Hex } from '../node.js'
import type { AccountProof } from '../proof.js'
import { isBytes, isHash, isQuantity } from './decode.js'
import { RemoteAnswerError } from './errors.js'
import type { Fork } from './fork.js'

const METHOD = 'eth_getProof'

/**
 * The forked chain's own proof of an account, against the root of the last block that is its.
 * @throws RemoteAnswerError, RemoteRefusedError, RemoteUnreachableError
 */
export async function askProof(
  { remote, base }: Fork,
  address: Hex,
  slots: readonly Hex[],
): Promise<AccountProof> {
  const block = `0x${base.block.header.number.toString(16)}`
  const answer = await remote.request(METHOD, [address, slots, block])
  const proof = readProof(answer)
  if (!proof || proof.slots.length !== slots.length) {
    throw new RemoteAnswerError(remote.host, METHOD, 'a proof')
  }
  return proof
}

function readProof(answer: unknown): AccountProof | undefined {
  const { balance, nonce, codeHash, storageHash, accountProof, storageProof } = fieldsOf(answer)
  if (!isQuantity(balance) || !isQuantity(nonce)) return undefined
  if (!isHash(codeHash) || !isHash(storageHash) || !isNodes(accountProof)) return undefined
  if (!Array.isArray(storageProof)) return undefined
  const slots = storageProof.map(readSlot)
  if (!slots.every((slot) => slot !== undefined)) return undefined
  return {
    balance: BigInt(balance),
    nonce: BigInt(nonce),
    codeHash,
    storageRoot: storageHash,
    nodes: accountProof,
    slots,
  }
}

function readSlot(answer: unknown): AccountProof['slots'][number] | undefined {
  const { value, proof } = fieldsOf(answer)
  if (!isQuantity(value) || !isNodes(proof)) return undefined
  return { value: BigInt(value), nodes: proof }
}

function isNodes(value: unknown): value is readonly Hex[] {
  return Array.isArray(value) && value.every(isBytes)
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}
