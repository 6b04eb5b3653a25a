import { RLP } from '@ethereumjs/rlp'
import { bytesToHex, hexToBytes } from '@ethereumjs/util'
import { encodeReceipt } from '../../node/encodeReceipt.js'
import type { Hex, SealedBlock } from '../../node/node.js'
import type { Divergence } from './divergence.js'

export type ReceiptDivergence = Omit<Divergence, 'block'>

const fields = [
  'status',
  'gas of the transactions so far',
  'logs bloom of the transaction',
] as const

/** The first difference between receipts that were recorded and those that came out. */
export function compareReceipts(
  recorded: readonly Hex[],
  { transactions }: SealedBlock,
): ReceiptDivergence | undefined {
  for (const mined of transactions) {
    const wanted = recorded[mined.index]
    const got = encodeReceipt(mined)
    if (wanted === got) continue
    const transaction = { index: mined.index, hash: mined.hash }
    if (wanted === undefined) return { transaction, ...texts('receipt', 'missing', got) }
    return { transaction, ...difference(wanted, got) }
  }
  if (recorded.length === transactions.length) return undefined
  return texts('number of receipts', recorded.length, transactions.length)
}

type Difference = Pick<Divergence, 'what' | 'recorded' | 'executed'>

function difference(wanted: Hex, got: Hex): Difference {
  const [left, right] = [decode(wanted), decode(got)]
  if (!left || !right) return texts('receipt', excerpt(wanted), excerpt(got))
  for (const [index, what] of fields.entries()) {
    const [a, b] = [left.words[index], right.words[index]]
    if (a !== b) return texts(what, a, b)
  }
  for (let index = 0; index < Math.max(left.logs.length, right.logs.length); index++) {
    const [a, b] = [left.logs[index], right.logs[index]]
    if (a !== b) return texts(`log ${index} of the transaction`, a ?? 'missing', b ?? 'missing')
  }
  return texts('receipt', excerpt(wanted), excerpt(got))
}

/** Undefined for bytes that are no receipt. */
function decode(receipt: Hex): { words: string[]; logs: string[] } | undefined {
  const bytes = hexToBytes(receipt)
  const typed = bytes[0] !== undefined && bytes[0] < 0x80 ? bytes.subarray(1) : bytes
  try {
    const [status, gas, bloom, logs] = RLP.decode(typed) as unknown as [...Uint8Array[], unknown[]]
    const words = [status, gas, bloom].map((word) => textOf(word as Uint8Array))
    return {
      words,
      logs: (logs as unknown[]).map((log) => excerpt(bytesToHex(RLP.encode(log as never)))),
    }
  } catch {
    // A bundle may record anything here: the two are then shown as they are.
    return undefined
  }
}

function textOf(word: Uint8Array): string {
  return word.length <= 8
    ? String(BigInt(bytesToHex(word.length === 0 ? Uint8Array.of(0) : word)))
    : bytesToHex(word)
}

function texts(what: string, recorded: unknown, executed: unknown): Difference {
  return { what, recorded: String(recorded), executed: String(executed) }
}

function excerpt(text: string): string {
  return text.length <= 200 ? text : `${text.slice(0, 197)}…`
}
