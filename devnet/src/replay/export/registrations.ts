import { bytesToHex } from '@ethereumjs/util'
import { toFunctionSelector } from 'viem'
import type { Hex } from '../../node/node.js'

const selector = Buffer.from(toFunctionSelector('register(bytes32)').slice(2), 'hex')
const idBytes = 32

/**
 * Ids that the transactions of a block may have asked the registry to register, by the function's selector before
 * them. Refusing a model takes its file, too, and leaves no trace of it on the chain.
 */
export function registeredIn(block: Uint8Array): Hex[] {
  const bytes = Buffer.from(block.buffer, block.byteOffset, block.byteLength)
  const ids: Hex[] = []
  for (let at = bytes.indexOf(selector); at !== -1; at = bytes.indexOf(selector, at + 1)) {
    const id = bytes.subarray(at + selector.length, at + selector.length + idBytes)
    if (id.length === idBytes) ids.push(bytesToHex(id))
  }
  return ids
}
