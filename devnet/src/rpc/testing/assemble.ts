import type { Hex } from '../../node/node.js'

const opcodes: Record<string, number> = {
  STOP: 0x00,
  ADD: 0x01,
  SUB: 0x03,
  LT: 0x10,
  ISZERO: 0x15,
  KECCAK256: 0x20,
  ADDRESS: 0x30,
  BALANCE: 0x31,
  CALLER: 0x33,
  CALLVALUE: 0x34,
  CALLDATALOAD: 0x35,
  CALLDATASIZE: 0x36,
  CALLDATACOPY: 0x37,
  CODECOPY: 0x39,
  EXTCODESIZE: 0x3b,
  EXTCODECOPY: 0x3c,
  RETURNDATASIZE: 0x3d,
  RETURNDATACOPY: 0x3e,
  EXTCODEHASH: 0x3f,
  SELFBALANCE: 0x47,
  POP: 0x50,
  MLOAD: 0x51,
  MSTORE: 0x52,
  MSTORE8: 0x53,
  SLOAD: 0x54,
  SSTORE: 0x55,
  JUMP: 0x56,
  JUMPI: 0x57,
  GAS: 0x5a,
  JUMPDEST: 0x5b,
  TLOAD: 0x5c,
  TSTORE: 0x5d,
  MCOPY: 0x5e,
  PUSH0: 0x5f,
  DUP1: 0x80,
  DUP2: 0x81,
  SWAP1: 0x90,
  LOG0: 0xa0,
  LOG1: 0xa1,
  LOG2: 0xa2,
  LOG3: 0xa3,
  LOG4: 0xa4,
  CREATE: 0xf0,
  CALL: 0xf1,
  CALLCODE: 0xf2,
  RETURN: 0xf3,
  DELEGATECALL: 0xf4,
  CREATE2: 0xf5,
  STATICCALL: 0xfa,
  REVERT: 0xfd,
  INVALID: 0xfe,
  SELFDESTRUCT: 0xff,
}

/**
 * Bytecode of words: names of opcodes, `PUSH` before a number or hex of at most 32 bytes, and `.hex` for raw bytes.
 * @example
 * assemble('PUSH 7 PUSH 0 SSTORE')
 */
export function assemble(source: string): Hex {
  const words = source.trim().split(/\s+/)
  let code = ''
  for (let index = 0; index < words.length; index++) {
    const word = words[index] as string
    if (word === 'PUSH') code += push(words[++index] as string)
    else if (word.startsWith('.')) code += word.slice(1)
    else code += byte(opcodes[word] ?? unknown(word))
  }
  return `0x${code}`
}

function push(literal: string): string {
  const digits = literal.startsWith('0x') ? literal.slice(2) : Number(literal).toString(16)
  const bytes = digits.length % 2 === 0 ? digits : `0${digits}`
  return byte(0x5f + bytes.length / 2) + bytes
}

function byte(value: number): string {
  return value.toString(16).padStart(2, '0')
}

function unknown(word: string): never {
  throw new Error(`${word} is no opcode that this assembler knows.`)
}
