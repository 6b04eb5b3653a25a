import { anything, boolean, type Codec, either, integer, object, uint64 } from '../codec.js'
import type { Context } from '../context.js'
import { formatBlock } from '../format/block.js'
import { method, optional, required } from '../method.js'
import { setNextTimestamp } from './clock.js'

/** One call may not keep the node busy for ever. */
const maxBlocks = 100_000
const seconds = integer(0, 2 ** 31)
/** The longest that a timer of this runtime waits: 24 days. */
const timerSeconds = integer(0, Math.floor((2 ** 31 - 1) / 1000))

interface MineOptions {
  readonly timestamp?: bigint
  readonly blocks?: number
}

const mineFields = object({ timestamp: uint64, blocks: integer(0, maxBlocks) })
const mineOptions: Codec<MineOptions> = either(
  `a timestamp, or an object with timestamp and blocks (at most ${maxBlocks})`,
  (value) => ({ timestamp: uint64(value) }),
  mineFields,
)
const mineParameter = optional('timestamp or options', mineOptions, {})

/** Blocks on request, on every transaction, or at an interval. */
export const mining = [
  method(
    ['anvil_mine', 'hardhat_mine'],
    [optional('blocks', integer(0, maxBlocks), 1), optional('interval in seconds', seconds)],
    async ({ node }, blocks, intervalSeconds) => {
      await node.mine({ blocks, ...(intervalSeconds === undefined ? {} : { intervalSeconds }) })
    },
  ),
  method('evm_mine', [mineParameter], async (context, options) => {
    await mine(context, options)
    return '0x0'
  }),
  method(
    ['anvil_mine_detailed', 'evm_mine_detailed'],
    [mineParameter],
    async (context, options) => {
      const sealed = await mine(context, options)
      return sealed.map((block) => formatBlock(block, true))
    },
  ),
  method(
    ['anvil_getAutomine', 'hardhat_getAutomine'],
    [],
    ({ node }) => node.mining.type === 'auto',
  ),
  method(
    ['anvil_setAutomine', 'evm_setAutomine'],
    [required('enabled', boolean)],
    ({ node }, enabled) => node.setMining({ type: enabled ? 'auto' : 'manual' }),
  ),
  method('miner_start', [optional('threads', anything)], ({ node }) => {
    node.setMining({ type: 'auto' })
    return true
  }),
  method('miner_stop', [], ({ node }) => {
    node.setMining({ type: 'manual' })
    return true
  }),
  method('anvil_getIntervalMining', [], ({ node }) =>
    'seconds' in node.mining ? node.mining.seconds : null,
  ),
  method(
    ['anvil_setIntervalMining', 'evm_setIntervalMining'],
    [required('seconds', timerSeconds)],
    ({ node }, interval) =>
      node.setMining(interval === 0 ? { type: 'manual' } : { type: 'interval', seconds: interval }),
  ),
]

function mine({ node }: Context, { timestamp, blocks = 1 }: MineOptions) {
  if (timestamp !== undefined) setNextTimestamp(node, timestamp)
  return node.mine({ blocks })
}
