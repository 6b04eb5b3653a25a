import type { Hex, Log } from '../node.js'
import type { Frame } from '../trace/frame.js'

/** Stands for ether as if it were a token (ERC-7528). */
const etherAddress: Hex = '0xeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee'
/** keccak256 of `Transfer(address,address,uint256)`. */
const transferTopic: Hex = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef'

type Written = Pick<Log, 'address' | 'topics' | 'data'>

/** The logs of an execution in order, with one for each transfer of ether. What reverted wrote none. */
export function logsWithTransfers(frame: Frame): Written[] {
  if (frame.error !== undefined) return []
  const written: Written[] = []
  if (frame.value > 0n && frame.type !== 'DELEGATECALL') written.push(transfer(frame))
  let next = 0
  for (const [position, call] of frame.calls.entries()) {
    for (; next < frame.logs.length && isBefore(frame, next, position); next++) {
      written.push(frame.logs[next] as Written)
    }
    written.push(...logsWithTransfers(call))
  }
  written.push(...frame.logs.slice(next))
  return written.map(({ address, topics, data }) => ({ address, topics, data }))
}

function isBefore(frame: Frame, log: number, call: number): boolean {
  return (frame.logs[log]?.position ?? 0) <= call
}

function transfer({ from, to = from, value }: Frame): Written {
  const word = (digits: string): Hex => `0x${digits.padStart(64, '0')}`
  return {
    address: etherAddress,
    topics: [transferTopic, word(from.slice(2)), word(to.slice(2))],
    data: word(value.toString(16)),
  }
}
