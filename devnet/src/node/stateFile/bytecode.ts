import { bytesToHex, hexToBytes } from '@ethereumjs/util'
import type { Hex } from '../node.js'

/** Code in the words of Anvil's EVM, which keeps where it may jump to beside it. */
export type Bytecode =
  | {
      readonly LegacyAnalyzed: {
        /** The code, and the zeros that its last instruction reads, so that it ends with a STOP. */
        readonly bytecode: Hex
        readonly original_len: number
        readonly jump_table: JumpTable
      }
    }
  | { readonly Eip7702: { readonly delegated_address: Hex } }

/** A bit for every byte of code, the lowest first. */
interface JumpTable {
  readonly order: 'bitvec::order::Lsb0'
  readonly head: { readonly width: 8; readonly index: 0 }
  readonly bits: number
  readonly data: readonly number[]
}

const delegation = '0xef0100'
const jumpdest = 0x5b
const push1 = 0x60
const push32 = 0x7f

export function toBytecode(code: Hex): Bytecode {
  if (code.startsWith(delegation)) {
    return { Eip7702: { delegated_address: `0x${code.slice(delegation.length)}` } }
  }
  const bytes = hexToBytes(code)
  const data = new Array<number>(Math.ceil(bytes.length / 8)).fill(0)
  let position = 0
  let last = 0
  while (position < bytes.length) {
    last = bytes[position] as number
    if (last === jumpdest) {
      data[position >> 3] = (data[position >> 3] as number) | (1 << (position & 7))
    }
    position += last >= push1 && last <= push32 ? last - push1 + 2 : 1
  }
  const padding = position - bytes.length + (last === 0 && bytes.length > 0 ? 0 : 1)
  return {
    LegacyAnalyzed: {
      bytecode: `${bytesToHex(bytes)}${'00'.repeat(padding)}`,
      original_len: bytes.length,
      jump_table: {
        order: 'bitvec::order::Lsb0',
        head: { width: 8, index: 0 },
        bits: bytes.length,
        data,
      },
    },
  }
}
