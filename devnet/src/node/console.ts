import type { EVM, Message } from '@ethereumjs/evm'
import { bytesToHex, equalsBytes, hexToBytes } from '@ethereumjs/util'
import type { Hex } from './node.js'

/** Where `console.log` of Solidity sends what it is given; nothing is there. */
const consoleAddress = hexToBytes('0x000000000000000000636f6e736f6c652e6c6f67')
/** A loop of logs may not fill the memory. */
const maxCalls = 10_000
const maxCalldataBytes = 64 * 1024

/** Collects what contracts send to the console, reverted frames included. */
export class ConsoleRecorder {
  private calls: Hex[] = []

  attach(evm: EVM): void {
    evm.events.on('beforeMessage', ({ to, data }: Message) => {
      if (!to || !equalsBytes(to.bytes, consoleAddress)) return
      if (this.calls.length < maxCalls) {
        this.calls.push(bytesToHex(data.subarray(0, maxCalldataBytes)))
      }
    })
  }

  /** Calldata of the calls since it was last asked, in order. */
  take(): readonly Hex[] {
    const { calls } = this
    this.calls = []
    return calls
  }
}
