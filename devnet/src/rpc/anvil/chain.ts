import { randomBytes } from 'node:crypto'
import { address, anything, bytes32, integer, object, quantity, uint64 } from '../codec.js'
import { InvalidParamsError } from '../errors.js'
import { toQuantity } from '../format/quantity.js'
import { method, optional, required } from '../method.js'

/** viem sends a fork of nothing along with every reset. */
const resetOptions = object({ forking: object({ jsonRpcUrl: anything, blockNumber: anything }) })

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
      if ((forking?.jsonRpcUrl ?? forking?.blockNumber) !== undefined) {
        throw new InvalidParamsError(
          'anvil_reset: this node cannot fork another chain; give no forking',
        )
      }
      await context.node.reset()
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
