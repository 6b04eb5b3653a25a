import { randomBytes } from 'node:crypto'
import type { ForkOptions } from '../../node/fork/fork.js'
import type { Node } from '../../node/node.js'
import { address, bytes32, integer, object, quantity, text, uint64 } from '../codec.js'
import { InvalidParamsError } from '../errors.js'
import { toQuantity } from '../format/quantity.js'
import { method, optional, required } from '../method.js'

/** viem sends a fork of nothing along with every reset. */
const resetOptions = object({ forking: object({ jsonRpcUrl: text, blockNumber: uint64 }) })

const snapshotId = required('snapshot id', (value) => toQuantity(quantity(value)))

/** The chain as a whole, and what its next blocks are made with. */
export const chainControl = [
  method(
    ['anvil_setCoinbase', 'hardhat_setCoinbase'],
    [required('address', address)],
    ({ node }, coinbase) => node.setCoinbase(coinbase),
  ),
  method(
    ['anvil_setBlockGasLimit', 'evm_setBlockGasLimit'],
    [required('gas limit', uint64)],
    ({ node }, gasLimit) => {
      node.setBlockGasLimit(gasLimit)
      return true
    },
  ),
  method(
    ['anvil_setNextBlockBaseFeePerGas', 'hardhat_setNextBlockBaseFeePerGas'],
    [required('base fee', uint64)],
    ({ node }, fee) => node.setNextBlockBaseFeePerGas(fee),
  ),
  method(
    ['anvil_setMinGasPrice', 'hardhat_setMinGasPrice'],
    [required('gas price', quantity)],
    ({ node }, price) => {
      if (node.common.isActivatedEIP(1559)) {
        throw new InvalidParamsError(
          'anvil_setMinGasPrice is not supported when EIP-1559 is active',
        )
      }
      node.setMinGasPrice(price)
    },
  ),
  method(
    ['anvil_setNextBlockPrevRandao', 'anvil_setPrevRandao', 'hardhat_setPrevRandao'],
    [required('prevRandao', bytes32)],
    ({ node }, value) => node.setNextBlockPrevRandao(value),
  ),
  method(
    'anvil_setChainId',
    [required('chain id', integer(1, Number.MAX_SAFE_INTEGER))],
    ({ node }, chainId) => node.setChainId(chainId),
  ),
  method(['evm_snapshot', 'anvil_snapshot'], [], ({ node, snapshots }) => {
    const { hash, block } = node.head
    const id = node.snapshot()
    snapshots.set(id, { number: block.header.number, hash })
    return id
  }),
  method(['evm_revert', 'anvil_revert'], [snapshotId], async ({ node, snapshots }, id) => {
    const isReverted = await node.revert(id)
    if (isReverted) forgetFrom(snapshots, id)
    return isReverted
  }),
  method(
    ['anvil_reset', 'hardhat_reset'],
    [optional('options', resetOptions, {})],
    async (context, { forking }) => {
      await context.node.reset(forking && toForkOptions(context.node, forking))
      context.snapshots.clear()
      context.instanceId = `0x${randomBytes(32).toString('hex')}`
    },
  ),
]

/** A snapshot is spent with the ones taken after it. */
function forgetFrom<K>(snapshots: Map<K, unknown>, id: K): void {
  const ids = [...snapshots.keys()]
  for (const later of ids.slice(ids.indexOf(id))) snapshots.delete(later)
}

/** Which fork to start again from: what is not given stays, but for the block of another chain. */
function toForkOptions(
  node: Node,
  {
    jsonRpcUrl,
    blockNumber,
  }: { jsonRpcUrl?: string | undefined; blockNumber?: bigint | undefined },
): Partial<ForkOptions> {
  const url = jsonRpcUrl ?? node.fork?.remote.url
  if (url === undefined && blockNumber !== undefined) {
    throw new InvalidParamsError(
      'anvil_reset: this node forks no chain; give forking.jsonRpcUrl beside the block number',
    )
  }
  const base = node.fork?.base.block.header.number
  const isSame = url === node.fork?.remote.url
  const number = blockNumber ?? (isSame ? base : undefined)
  return {
    ...(url !== undefined && { url }),
    ...(number !== undefined && { blockNumber: number }),
  }
}
