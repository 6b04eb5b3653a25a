import type { Analysis } from './analysis.js'
import type { WordMemory } from './memory.js'
import type { RunState } from './opcodes.js'

const deepest = 1024
const mostGas = BigInt(Number.MAX_SAFE_INTEGER)

/** The items of the library's stack and how many of them count, which it keeps to itself. */
interface OpenStack {
  readonly _store: bigint[]
  _len: number
}

/**
 * Executes opcodes that only move and combine words, from where a frame stands up to the first that does more, or for
 * which gas, items or room are lacking: that one is left as it stands.
 * @param prices by opcode; Infinity for those that are not executed here.
 */
export function runWords(
  state: RunState,
  { jumps, pushes, pushed }: Analysis,
  memory: WordMemory,
  prices: Float64Array,
): void {
  if (state.gasLeft > mostGas) return
  const { code } = state
  const stack = state.stack as unknown as OpenStack
  const items = stack._store
  let height = stack._len
  let place = state.programCounter
  let gas = Number(state.gasLeft)
  run: for (; place < code.length; place++) {
    const opcode = code[place] as number
    const price = prices[opcode] as number
    if (gas < price) break
    const top = height - 1
    switch (opcode) {
      case 0x5b: // JUMPDEST
        break
      case 0x50: // POP
        if (height < 1) break run
        height--
        break
      case 0x56: {
        // JUMP: on to the JUMPDEST, which the loop steps on.
        if (height < 1) break run
        const target = Number(items[top])
        if (jumps[target] !== 1) break run
        height--
        place = target - 1
        break
      }
      case 0x57: {
        // JUMPI
        if (height < 2) break run
        if (items[top - 1] !== 0n) {
          const target = Number(items[top])
          if (jumps[target] !== 1) break run
          place = target - 1
        }
        height -= 2
        break
      }
      case 0x5a: // GAS
        if (height === deepest) break run
        items[height++] = BigInt(gas - price)
        break
      case 0x15: // ISZERO
        if (height < 1) break run
        items[top] = items[top] === 0n ? 1n : 0n
        break
      case 0x19: // NOT
        if (height < 1) break run
        items[top] = BigInt.asUintN(256, ~(items[top] as bigint))
        break
      case 0x51: {
        // MLOAD
        if (height < 1) break run
        const offset = items[top] as bigint
        const growth = memory.reach(offset, gas - price)
        if (growth === undefined) break run
        items[top] = memory.read(Number(offset))
        gas -= growth
        break
      }
      case 0x52: {
        // MSTORE
        if (height < 2) break run
        const offset = items[top] as bigint
        const growth = memory.reach(offset, gas - price)
        if (growth === undefined) break run
        memory.write(Number(offset), items[top - 1] as bigint)
        height -= 2
        gas -= growth
        break
      }
      default:
        if (opcode < 0x20) {
          if (height < 2) break run
          items[top - 1] = combine(opcode, items[top] as bigint, items[top - 1] as bigint)
          height--
        } else if (opcode < 0x80) {
          // PUSH0 to PUSH32
          if (height === deepest) break run
          const length = opcode - 0x5f
          items[height++] = length === 0 ? 0n : (pushed[pushes[place] as number] as bigint)
          place += length
        } else if (opcode < 0x90) {
          // DUP1 to DUP16
          const depth = opcode - 0x7f
          if (height < depth || height === deepest) break run
          items[height] = items[height - depth] as bigint
          height++
        } else {
          // SWAP1 to SWAP16
          const other = top - (opcode - 0x8f)
          if (other < 0) break run
          const item = items[top] as bigint
          items[top] = items[other] as bigint
          items[other] = item
        }
    }
    gas -= price
  }
  stack._len = height
  state.programCounter = place
  state.gasLeft = BigInt(gas)
}

/** The opcodes of arithmetic and comparison that make one word of two. */
function combine(opcode: number, a: bigint, b: bigint): bigint {
  switch (opcode) {
    case 0x01: // ADD
      return BigInt.asUintN(256, a + b)
    case 0x02: // MUL
      return BigInt.asUintN(256, a * b)
    case 0x03: // SUB
      return BigInt.asUintN(256, a - b)
    case 0x04: // DIV
      return b === 0n ? 0n : a / b
    case 0x06: // MOD
      return b === 0n ? 0n : a % b
    case 0x10: // LT
      return a < b ? 1n : 0n
    case 0x11: // GT
      return a > b ? 1n : 0n
    case 0x12: // SLT
      return BigInt.asIntN(256, a) < BigInt.asIntN(256, b) ? 1n : 0n
    case 0x13: // SGT
      return BigInt.asIntN(256, a) > BigInt.asIntN(256, b) ? 1n : 0n
    case 0x14: // EQ
      return a === b ? 1n : 0n
    case 0x16: // AND
      return a & b
    case 0x17: // OR
      return a | b
    case 0x18: // XOR
      return a ^ b
    case 0x1b: // SHL
      return a > 255n ? 0n : BigInt.asUintN(256, b << a)
    case 0x1c: // SHR
      return a > 255n ? 0n : b >> a
    default:
      throw new RangeError(`Opcode ${opcode} does not combine two words.`)
  }
}

/** What `runWords` executes. */
export const wordOpcodes: readonly number[] = [
  ...[0x01, 0x02, 0x03, 0x04, 0x06, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19],
  ...[0x1b, 0x1c, 0x50, 0x51, 0x52, 0x56, 0x57, 0x5a, 0x5b],
  // PUSH0 to SWAP16
  ...Array.from({ length: 0x9f - 0x5f + 1 }, (_, index) => 0x5f + index),
]
