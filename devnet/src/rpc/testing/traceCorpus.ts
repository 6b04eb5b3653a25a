import { parseGwei, toHex } from 'viem'
import type { Hex } from '../../node/node.js'
import { assemble } from './assemble.js'

/** A transaction of the first dev account, and the code that stands at addresses before it. */
export interface Scenario {
  readonly code: Readonly<Record<Hex, Hex>>
  readonly to?: Hex
  readonly value?: number
  readonly data?: Hex
  readonly gas?: number
  /** Wei that addresses have before it. */
  readonly balances?: Readonly<Record<Hex, number>>
}

const a: Hex = `0x${'aa'.repeat(20)}`
const b: Hex = `0x${'bb'.repeat(20)}`
const c: Hex = `0x${'cc'.repeat(20)}`
const stranger: Hex = `0x${'d7'.repeat(20)}`
const poor: Hex = `0x${'ee'.repeat(20)}`

/** Calls with 32 bytes at 0 in and out at 32, and drops the flag. */
const call = (to: Hex | number, options: { value?: number; gas?: number } = {}) =>
  `PUSH 32 PUSH 32 PUSH 32 PUSH 0 PUSH ${options.value ?? 0} PUSH ${to} ${
    options.gas === undefined ? 'GAS' : `PUSH ${options.gas}`
  } CALL POP`
const callWithoutValue = (opcode: string, to: Hex | number) =>
  `PUSH 32 PUSH 32 PUSH 32 PUSH 0 PUSH ${to} GAS ${opcode} POP`
const returnWord = 'PUSH 32 PUSH 0 RETURN'
const revertWord = 'PUSH 32 PUSH 0 REVERT'
const storing = 'PUSH 0 CALLDATALOAD PUSH 1 ADD PUSH 5 SSTORE'
const logging = 'PUSH 0xfeed PUSH 0 MSTORE PUSH 0xaa PUSH 32 PUSH 0 LOG1'

/** Initialisation code that deploys one INVALID, padded to the left of a word, and where it starts there. */
const initcode = assemble('PUSH 0xfe PUSH 0 MSTORE8 PUSH 1 PUSH 0 RETURN')
const initWord = (code: Hex) => ({ word: code, size: (code.length - 2) / 2 })
const create = (code: Hex, value = 0) => {
  const { word, size } = initWord(code)
  return `PUSH ${word} PUSH 0 MSTORE PUSH ${size} PUSH ${32 - size} PUSH ${value} CREATE POP`
}
const create2 = (code: Hex, salt: number, value = 0) => {
  const { word, size } = initWord(code)
  return `PUSH ${word} PUSH 0 MSTORE PUSH ${salt} PUSH ${size} PUSH ${32 - size} PUSH ${value} CREATE2 POP`
}
/** Deploys code that destroys itself for the benefit of its caller. */
const dying = assemble('PUSH 0x33ff PUSH 0 MSTORE PUSH 2 PUSH 30 RETURN')

const reasonData = [
  '08c379a0',
  '20'.padStart(64, '0'),
  '2'.padStart(64, '0'),
  Buffer.from('no').toString('hex').padEnd(64, '0'),
].join('')
const revertReason = [
  ...(reasonData.padEnd(256, '0').match(/.{64}/g) ?? []).map(
    (word, index) => `PUSH 0x${word} PUSH ${32 * index} MSTORE`,
  ),
  'PUSH 100 PUSH 0 REVERT',
].join(' ')

const one = (code: string, rest: Partial<Scenario> = {}): Scenario => ({
  code: { [a]: assemble(code) },
  to: a,
  ...rest,
})
const two = (outer: string, inner: string, rest: Partial<Scenario> = {}): Scenario => ({
  code: { [a]: assemble(outer), [b]: assemble(inner) },
  to: a,
  ...rest,
})

/** What the EVM can do, as small as it gets. Each stands on the state that the ones before left. */
export const traceCorpus: Readonly<Record<string, Scenario>> = {
  transfer: { code: {}, to: '0x70997970c51812dc3a010c7d01b50e0d17dc79c8', value: 7 },
  'transfer to nobody': { code: {}, to: stranger, value: 1 },
  'call of an account without code': { code: {}, to: stranger, data: '0x12345678aa' },
  arithmetic: one(
    'PUSH 2 PUSH 3 ADD PUSH 0 MSTORE PUSH 32 PUSH 0 KECCAK256 PUSH 0 MSTORE PUSH 32 PUSH 0 RETURN',
  ),
  'an end without STOP': one('PUSH 1 POP'),
  'a PUSH beyond the end': one('.6201'),
  loop: one('PUSH 0 JUMPDEST PUSH 1 ADD DUP1 PUSH 5 .11 PUSH 2 JUMPI STOP'),
  'storage, written, read and cleared': one(
    'PUSH 7 PUSH 1 SSTORE PUSH 1 SLOAD POP PUSH 0 PUSH 1 SSTORE PUSH 9 PUSH 2 SSTORE PUSH 3 SLOAD',
  ),
  'storage cleared with a refund': one('PUSH 0 PUSH 2 SSTORE'),
  'transient storage': one('PUSH 7 PUSH 1 TSTORE PUSH 1 TLOAD PUSH 0 MSTORE PUSH 32 PUSH 0 RETURN'),
  'memory copied': one('PUSH 7 PUSH 0 MSTORE PUSH 32 PUSH 0 PUSH 64 MCOPY PUSH 96 PUSH 0 RETURN'),
  'logs of 0 to 4 topics': one(
    'PUSH 0xab PUSH 0 MSTORE PUSH 32 PUSH 0 LOG0 PUSH 1 PUSH 0 PUSH 0 LOG1 PUSH 1 PUSH 2 PUSH 1 PUSH 31 LOG2 PUSH 1 PUSH 2 PUSH 3 PUSH 32 PUSH 0 LOG3 PUSH 1 PUSH 2 PUSH 3 PUSH 4 PUSH 0 PUSH 0 LOG4',
  ),
  'call with value': two(
    `PUSH 7 PUSH 0 MSTORE ${call(b, { value: 3 })} ${returnWord}`,
    `${storing} ${logging} ${returnWord}`,
    { value: 5, data: '0x0102030405' },
  ),
  'logs around a call': two(`${logging} ${call(b)} ${logging}`, logging),
  'call that reverts': two(
    `PUSH 7 PUSH 0 MSTORE ${call(b)} PUSH 1 PUSH 0 SSTORE ${logging}`,
    `${storing} ${logging} ${revertWord}`,
  ),
  'revert over a call that succeeded': two(`${call(b)} ${revertWord}`, `${storing} ${logging}`),
  'revert with a reason': one(revertReason),
  'revert of a call with a reason': two(`${call(b)} STOP`, revertReason),
  'revert without data': one('PUSH 0 PUSH 0 REVERT'),
  delegatecall: two(
    `PUSH 7 PUSH 0 MSTORE ${callWithoutValue('DELEGATECALL', b)} STOP`,
    `CALLVALUE PUSH 9 SSTORE ${logging} ${returnWord}`,
    { value: 2 },
  ),
  callcode: two(
    `PUSH 7 PUSH 0 MSTORE PUSH 32 PUSH 32 PUSH 32 PUSH 0 PUSH 1 PUSH ${b} GAS CALLCODE POP STOP`,
    `CALLVALUE PUSH 10 SSTORE ${returnWord}`,
    { value: 2 },
  ),
  staticcall: two(
    `PUSH 7 PUSH 0 MSTORE ${callWithoutValue('STATICCALL', b)} STOP`,
    `PUSH 5 SLOAD PUSH 0 MSTORE ${returnWord}`,
  ),
  'call within a staticcall': {
    code: {
      [a]: assemble(`${callWithoutValue('STATICCALL', b)} STOP`),
      [b]: assemble(`${call(c)} ${callWithoutValue('STATICCALL', c)} STOP`),
      [c]: assemble(returnWord),
    },
    to: a,
  },
  'a write within a staticcall': two(
    `${callWithoutValue('STATICCALL', b)} STOP`,
    'PUSH 1 PUSH 5 SSTORE',
  ),
  create: one(`${create(initcode, 1)} STOP`, { value: 3 }),
  'create that reverts': one(`${create(assemble('PUSH 2 PUSH 0 REVERT'))} STOP`),
  'create2, twice the same': one(`${create2(initcode, 1)} ${create2(initcode, 1)} STOP`),
  'create of nothing': one('PUSH 0 PUSH 0 PUSH 0 CREATE POP'),
  'create of code that no contract may have': one(
    `${create(assemble('PUSH 0xef PUSH 0 MSTORE8 PUSH 1 PUSH 0 RETURN'))} STOP`,
  ),
  'creating transaction': { code: {}, data: initcode, value: 4 },
  'creating transaction that reverts': { code: {}, data: assemble('PUSH 0 PUSH 0 REVERT') },
  'creating transaction of invalid code': {
    code: {},
    data: assemble('PUSH 0xef PUSH 0 MSTORE8 PUSH 1 PUSH 0 RETURN'),
  },
  'creating transaction that calls and stores': {
    code: { [b]: assemble(storing) },
    data: assemble(`PUSH 1 PUSH 0 SSTORE ${call(b)} PUSH 0xfe PUSH 0 MSTORE8 PUSH 1 PUSH 0 RETURN`),
  },
  selfdestruct: two(`${call(b)} STOP`, `PUSH ${c} SELFDESTRUCT`, { balances: { [b]: 11 } }),
  'selfdestruct at the top': one(`PUSH ${c} SELFDESTRUCT`, { value: 5 }),
  'selfdestruct for itself': one('ADDRESS SELFDESTRUCT', { value: 5 }),
  'selfdestruct of a contract of the same transaction': one(
    `PUSH ${dying} PUSH 0 MSTORE PUSH ${initWord(dying).size} PUSH ${32 - initWord(dying).size} PUSH 2 CREATE PUSH 0 MSTORE PUSH 0 PUSH 0 PUSH 0 PUSH 0 PUSH 0 PUSH 0 MLOAD GAS CALL POP`,
    { value: 5 },
  ),
  'out of gas in a call': two(`${call(b, { gas: 100 })} STOP`, storing),
  'out of gas at the top': one('JUMPDEST PUSH 1 POP PUSH 0 JUMP', { gas: 22_000 }),
  'out of gas in the price of an opcode': one('PUSH 1 PUSH 0xffffffffff MSTORE'),
  'out of gas at a store': one('PUSH 1 PUSH 77 SSTORE', { gas: 23_000 }),
  'invalid opcode': two(`${call(b, { gas: 5000 })} STOP`, 'INVALID'),
  'unknown opcode': one('PUSH 1 .0c', { gas: 30_000 }),
  'stack underflow': one('PUSH 1 ADD', { gas: 30_000 }),
  'wrong jump': one('PUSH 1 JUMP', { gas: 30_000 }),
  'return data out of bounds': one('PUSH 1 PUSH 0 PUSH 0 RETURNDATACOPY', { gas: 30_000 }),
  'call without the balance': one(`${call(b, { value: 500 })} PUSH 1`, {
    code: { [poor]: assemble(`${call(b, { value: 500 })} PUSH 1`) },
    to: poor,
  }),
  'create without the balance': {
    code: { [poor]: assemble(`${create(initcode, 500)} PUSH 1`) },
    to: poor,
  },
  'call of an empty account': one(`${call(stranger)} PUSH 1`),
  'accounts looked at': one(
    `PUSH ${b} BALANCE PUSH ${c} EXTCODESIZE PUSH ${stranger} EXTCODEHASH PUSH 4 PUSH 0 PUSH 0 PUSH ${b} EXTCODECOPY SELFBALANCE`,
  ),
  'precompile: identity': one(
    `PUSH 7 PUSH 0 MSTORE ${callWithoutValue('STATICCALL', 4)} ${returnWord}`,
  ),
  'precompile: sha256 by call': one(`PUSH 7 PUSH 0 MSTORE ${call(2)} ${returnWord}`),
  'precompile: a point that is none': one(
    `PUSH 1 PUSH 0 MSTORE PUSH 5 PUSH 32 MSTORE PUSH 64 PUSH 0 PUSH 64 PUSH 0 PUSH 6 PUSH 5000 STATICCALL PUSH 0 MSTORE ${returnWord}`,
  ),
  'precompile at the top': { code: {}, to: `0x${'4'.padStart(40, '0')}`, data: '0x0011223344' },
  recursion: one(
    'PUSH 0 CALLDATALOAD DUP1 PUSH 5 LT PUSH 0x1e JUMPI PUSH 1 ADD PUSH 0 MSTORE PUSH 0 PUSH 0 PUSH 32 PUSH 0 PUSH 0 ADDRESS GAS CALL POP JUMPDEST STOP',
  ),
}

/** The request of a scenario as clients send it. */
export function requestOf(scenario: Scenario, from: Hex) {
  return {
    from,
    ...(scenario.to && { to: scenario.to }),
    gas: toHex(scenario.gas ?? 200_000),
    gasPrice: toHex(parseGwei('3')),
    value: toHex(scenario.value ?? 0),
    ...(scenario.data && { data: scenario.data }),
  }
}
