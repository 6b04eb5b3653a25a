import type { Common } from '@ethereumjs/common'
import type { RunState } from './opcodes.js'

/** Memory beyond it costs more than any block holds. */
const mostBytes = 2 ** 31

/** What a word of memory costs under a hardfork. */
export interface MemoryPrice {
  readonly word: number
  readonly quadraticDivisor: number
}

export function memoryPrice(common: Common): MemoryPrice {
  return {
    word: Number(common.param('memoryGas')),
    quadraticDivisor: Number(common.param('quadCoefficientDivGas')),
  }
}

/** The memory of a frame, read and written by words. */
export class WordMemory {
  private view: DataView = new DataView(new ArrayBuffer(0))

  constructor(
    private readonly state: RunState,
    private readonly price: MemoryPrice,
  ) {}

  /** Makes room for a word, when it costs no more than that, and tells what it costs. */
  reach(offset: bigint, most: number): number | undefined {
    if (offset > mostBytes) return undefined
    const { state } = this
    const words = Math.ceil((Number(offset) + 32) / 32)
    if (words <= Number(state.memoryWordCount)) return 0
    const whole =
      words * this.price.word + Math.floor((words * words) / this.price.quadraticDivisor)
    const cost = whole - Number(state.highestMemCost)
    if (cost > most) return undefined
    state.memoryWordCount = BigInt(words)
    state.highestMemCost = BigInt(whole)
    this.grow(words * 32)
    return cost
  }

  /** Reads a word for which there is room. */
  read(offset: number): bigint {
    const view = this.open()
    const low = view.getBigUint64(offset + 24)
    const second = view.getBigUint64(offset + 16)
    const third = view.getBigUint64(offset + 8)
    const high = view.getBigUint64(offset)
    if (high === 0n && third === 0n) return second === 0n ? low : (second << 64n) | low
    return (high << 192n) | (third << 128n) | (second << 64n) | low
  }

  /** Writes a word for which there is room. */
  write(offset: number, word: bigint): void {
    const view = this.open()
    const isShort = word <= 0xffff_ffff_ffff_ffffn
    view.setBigUint64(offset + 24, word)
    view.setBigUint64(offset + 16, isShort ? 0n : word >> 64n)
    view.setBigUint64(offset + 8, isShort ? 0n : word >> 128n)
    view.setBigUint64(offset, isShort ? 0n : word >> 192n)
  }

  /** Doubles, where the library adds a fixed step and copies all of it each time. */
  private grow(bytes: number): void {
    const { memory } = this.state
    const { _store: old } = memory
    if (bytes <= old.length) return
    memory._store = new Uint8Array(Math.max(bytes, 2 * old.length))
    memory._store.set(old)
  }

  /** The bytes are replaced when they grow, by the library too. */
  private open(): DataView {
    const { _store: bytes } = this.state.memory
    if (this.view.buffer !== bytes.buffer) this.view = new DataView(bytes.buffer, bytes.byteOffset)
    return this.view
  }
}
