import { TimestampError } from '../../node/clock.js'
import type { Node } from '../../node/node.js'
import { type Codec, CodecError, uint64 } from '../codec.js'
import { InvalidParamsError } from '../errors.js'
import { method, required } from '../method.js'

/** Seconds to go forward, or back when negative, as some tools ask to undo an earlier step. */
const offset: Codec<bigint> = (value) => {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value)
  try {
    return uint64(value)
  } catch (error) {
    if (!(error instanceof CodecError)) throw error
    throw new CodecError('a number of seconds', value)
  }
}

const timestamp = required('timestamp', uint64)

/** The time of the next blocks. */
export const clock = [
  method(
    ['evm_increaseTime', 'anvil_increaseTime', 'hardhat_increaseTime'],
    [required('seconds', offset)],
    ({ node }, step) => Number(node.increaseTime(step)),
  ),
  method(['anvil_setTime', 'evm_setTime'], [timestamp], ({ node }, time) =>
    Number(node.setTime(time)),
  ),
  method(
    ['evm_setNextBlockTimestamp', 'anvil_setNextBlockTimestamp'],
    [timestamp],
    ({ node }, time) => setNextTimestamp(node, time),
  ),
  method(
    ['anvil_setBlockTimestampInterval', 'hardhat_setBlockTimestampInterval'],
    [required('seconds', uint64)],
    ({ node }, interval) => node.setBlockTimestampInterval(interval),
  ),
  method(
    ['anvil_removeBlockTimestampInterval', 'hardhat_removeBlockTimestampInterval'],
    [],
    ({ node }) => {
      node.setBlockTimestampInterval(undefined)
      return true
    },
  ),
]

/** @throws InvalidParamsError when the time is not after the head's. */
export function setNextTimestamp(node: Node, time: bigint): void {
  try {
    node.setNextBlockTimestamp(time)
  } catch (error) {
    if (!(error instanceof TimestampError)) throw error
    throw new InvalidParamsError(`Timestamp error: ${error.shortMessage}`, { cause: error })
  }
}
