import { RLP } from '@ethereumjs/rlp'
import { bytesToHex, concatBytes, hexToBytes } from '@ethereumjs/util'
import type { Hex, MinedTransaction } from './node.js'

/** A receipt as it is hashed. EIP-2718: the type, then the RLP of status, cumulative gas, bloom and logs. */
export function encodeReceipt({ tx, receipt }: MinedTransaction): Hex {
  const body = RLP.encode([
    receipt.stateRoot ? hexToBytes(receipt.stateRoot) : receipt.status,
    receipt.cumulativeGasUsed,
    hexToBytes(receipt.logsBloom),
    receipt.logs.map(({ address, topics, data }) => [
      hexToBytes(address),
      topics.map((topic) => hexToBytes(topic)),
      hexToBytes(data),
    ]),
  ])
  return bytesToHex(tx.type === 0 ? body : concatBytes(Uint8Array.of(tx.type), body))
}
