import type { BlockId, Node, SealedBlock } from '../../node/node.js'
import { effectiveTip } from '../../node/transaction.js'
import { requireBlock } from '../blockLookup.js'
import { type Codec, CodecError, integer, list } from '../codec.js'
import { suggestedGasPrice } from '../feeSuggestion.js'
import { toQuantity } from '../format/quantity.js'
import { method, optional, required } from '../method.js'
import { blockNumber } from '../params.js'

/** geth's bound on one answer. */
const maxHistory = 1024n

const percentile: Codec<number> = (value) => {
  if (typeof value === 'number' && value >= 0 && value <= 100) return value
  throw new CodecError('a percentile from 0 to 100', value)
}

const ascendingPercentiles: Codec<number[]> = (value) => {
  const values = list(percentile, 100)(value)
  if (values.some((entry, index) => entry < (values[index - 1] ?? 0))) {
    throw new CodecError('a list of percentiles in ascending order', value)
  }
  return values
}

/** What a transaction pays, and what others paid. */
export const fees = [
  method('eth_gasPrice', [], ({ node }) => toQuantity(suggestedGasPrice(node))),
  method('eth_maxPriorityFeePerGas', [], ({ node }) => toQuantity(node.suggestedTip)),
  method('eth_baseFee', [], ({ node }) => toQuantity(node.nextBaseFee())),
  method('eth_blobBaseFee', [], ({ node }) => toQuantity(node.nextBlobBaseFee())),
  method(
    'eth_feeHistory',
    [
      required('block count', integer(0, 2 ** 31)),
      required('newest block', blockNumber),
      optional('reward percentiles', ascendingPercentiles),
    ],
    async ({ node }, count, newest, percentiles) =>
      feeHistory(node, BigInt(count), newest, percentiles ?? []),
  ),
]

async function feeHistory(node: Node, count: bigint, newest: BlockId, percentiles: number[]) {
  const last = await requireBlock(node, newest)
  const number = last.block.header.number
  const wanted = count < 1n ? 1n : count > maxHistory ? maxHistory : count
  const oldest = wanted > number + 1n ? 0n : number + 1n - wanted
  const range: SealedBlock[] = []
  for (let height = oldest; height < number; height++) {
    range.push(await requireBlock(node, height))
  }
  range.push(last)
  const headers = range.map(({ block }) => block.header)
  const next = nextFees(node, last)
  return {
    oldestBlock: toQuantity(headers[0]?.number ?? number),
    baseFeePerGas: [...headers.map((header) => header.baseFeePerGas ?? 0n), next.baseFee].map(
      toQuantity,
    ),
    gasUsedRatio: headers.map((header) => ratio(header.gasUsed, header.gasLimit)),
    baseFeePerBlobGas: [
      ...headers.map((header) =>
        header.excessBlobGas === undefined ? 0n : header.getBlobGasPrice(),
      ),
      next.blobBaseFee,
    ].map(toQuantity),
    blobGasUsedRatio: headers.map((header) =>
      ratio(header.blobGasUsed ?? 0n, header.common.param('maxBlobGasPerBlock')),
    ),
    reward: percentiles.length === 0 ? [] : range.map((sealed) => rewards(sealed, percentiles)),
  }
}

function nextFees(node: Node, { block: { header } }: SealedBlock) {
  if (header.number >= node.head.block.header.number) {
    return { baseFee: node.nextBaseFee(), blobBaseFee: node.nextBlobBaseFee() }
  }
  return {
    baseFee: header.baseFeePerGas === undefined ? 0n : header.calcNextBaseFee(),
    blobBaseFee:
      header.excessBlobGas === undefined ? 0n : header.calcNextBlobGasPrice(header.common),
  }
}

function ratio(part: bigint, whole: bigint): number {
  return whole === 0n ? 0 : Number(part) / Number(whole)
}

/** Tips at the percentiles of the block's gas, the cheapest transaction first. */
function rewards({ block, transactions }: SealedBlock, percentiles: readonly number[]): string[] {
  const tips = transactions
    .map(({ receipt, tx }) => ({
      tip: effectiveTip(tx, block.header.baseFeePerGas ?? 0n),
      gasUsed: receipt.gasUsed,
    }))
    .sort((a, b) => (a.tip < b.tip ? -1 : a.tip > b.tip ? 1 : 0))
  return percentiles.map((entry) => {
    const threshold = (Number(block.header.gasUsed) * entry) / 100
    let sum = 0
    const reached = tips.find(({ gasUsed }) => {
      sum += Number(gasUsed)
      return sum >= threshold
    })
    return toQuantity(reached?.tip ?? tips.at(-1)?.tip ?? 0n)
  })
}
