import { createBlock } from '@ethereumjs/block'
import { EVMMockBlockchain } from '@ethereumjs/evm'
import { bytesToHex, createAddressFromString, setLengthLeft } from '@ethereumjs/util'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createCommon, type Hardfork } from '../common.js'
import { emptyDatabase, OverlayDatabase } from '../database.js'
import { OwnState } from '../ownState.js'
import { ChainEvm } from './chainEvm.js'

const self = createAddressFromString('0x00000000000000000000000000000000000c0de5')
const caller = createAddressFromString('0x00000000000000000000000000000000000ca11e')
const emptyRoot = '0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421'

/** Words at which arithmetic, jumps, memory and gas turn. */
const word = fc.oneof(
  { weight: 4, arbitrary: fc.bigInt(0n, 80n) },
  fc.constantFrom(
    0n,
    1n,
    31n,
    32n,
    255n,
    256n,
    2n ** 31n,
    2n ** 31n + 1n,
    2n ** 64n - 1n,
    2n ** 64n,
  ),
  fc.constantFrom(2n ** 128n, 2n ** 192n - 1n, 2n ** 255n, 2n ** 255n - 1n, 2n ** 256n - 1n),
  fc.bigInt(0n, 2n ** 256n - 1n),
)

function push(value: bigint): number[] {
  const hex = value === 0n ? '' : value.toString(16)
  const bytes = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex')
  return [0x5f + Math.max(bytes.length, 1), ...(bytes.length > 0 ? bytes : [0])]
}

/** Anything but the opcodes whose effect no rule of a frame has a say in, such as what a blob is. */
const opcode = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0x01, max: 0x1e }) },
  { weight: 6, arbitrary: fc.integer({ min: 0x50, max: 0x5f }) },
  { weight: 4, arbitrary: fc.integer({ min: 0x80, max: 0x9f }) },
  fc.integer({ min: 0x00, max: 0xff }),
)

/** To a JUMPDEST of the program, once it is laid out. */
interface Jump {
  readonly to: number
  readonly opcode: number
}

/** Pieces of code that get somewhere: random bytes alone end after a few steps. */
const piece: fc.Arbitrary<readonly number[] | Jump> = fc.oneof(
  { weight: 3, arbitrary: word.map(push) },
  { weight: 3, arbitrary: opcode.map((code) => [code]) },
  // Arithmetic and comparison.
  {
    weight: 6,
    arbitrary: fc
      .tuple(word, word, fc.integer({ min: 0x01, max: 0x1e }))
      .map(([b, a, code]) => [...push(b), ...push(a), code]),
  },
  // Memory, storage, a log.
  fc
    .tuple(word, word, fc.constantFrom(0x51, 0x52, 0x53, 0x54, 0x55, 0x20, 0xa1))
    .map(([b, a, code]) => [...push(b), ...push(a), code]),
  fc.constant([0x5b]),
  fc.record({ to: fc.nat(9), opcode: fc.constantFrom(0x56, 0x57) }),
  // A call of itself, with half a word of calldata.
  fc.constant([0x5f, 0x5f, 0x60, 0x10, 0x5f, 0x5f, 0x62, 0x0c, 0x0d, 0xe5, 0x61, 0x20, 0x00, 0xf1]),
  fc.constantFrom([0x5f, 0x60, 0x20, 0xf3], [0x5f, 0x60, 0x20, 0xfd]),
)

/** A jump is laid out as PUSH2, its destination and itself. */
function layOut(pieces: readonly (readonly number[] | Jump)[]): Uint8Array {
  const code = pieces.flatMap((part) => ('to' in part ? [0x61, 0, 0, part.opcode] : part))
  const destinations: number[] = []
  let place = 0
  for (const part of pieces) {
    if (!('to' in part) && part[0] === 0x5b) destinations.push(place)
    place += 'to' in part ? 4 : part.length
  }
  place = 0
  for (const part of pieces) {
    if ('to' in part) code[place + 2] = destinations[part.to % destinations.length] ?? 0
    place += 'to' in part ? 4 : part.length
  }
  return Uint8Array.from(code)
}

const program = fc.array(piece, { minLength: 1, maxLength: 40 }).map(layOut)

/** Higher than a stack may be. */
const towers = [0x5f, 0x60, 0x80, 0x5a].map((code): [Uint8Array, bigint, Hardfork] => [
  Uint8Array.from([0x5f, ...Array(1_030).fill(code)]),
  100_000n,
  'prague',
])

/** All that a frame leaves behind, executed by the loop of the library or by ours. */
async function execute(code: Uint8Array, gasLimit: bigint, hardfork: Hardfork, isWatched: boolean) {
  const common = createCommon({ chainId: 31337, hardfork })
  const state = new OwnState(
    new OverlayDatabase(emptyDatabase),
    Buffer.from(emptyRoot.slice(2), 'hex'),
  )
  const evm = new ChainEvm({ common, stateManager: state, blockchain: new EVMMockBlockchain() })
  let steps = 0
  if (isWatched) evm.events.on('step', () => steps++)
  await state.putCode(self, code)
  const data = setLengthLeft(Uint8Array.of(1, 2, 3), 40)
  const block = createBlock({ header: { number: 1n, baseFeePerGas: 7n, gasLimit } }, { common })
  const { execResult } = await evm.runCall({ to: self, caller, data, gasLimit, block })
  const { runState } = execResult
  if (!runState) throw new Error('The code did not run.')
  const words = Number(runState.memoryWordCount)
  return {
    steps,
    left: {
      error: execResult.exceptionError?.error,
      returned: bytesToHex(execResult.returnValue),
      gas: execResult.executionGasUsed,
      refund: execResult.gasRefund,
      logs: execResult.logs,
      selfdestruct: execResult.selfdestruct,
      stack: runState.stack.getStack(),
      memory: bytesToHex(runState.memory._store.slice(0, words * 32)),
      // Where an opcode fails, nobody asks how far it had got.
      programCounter: execResult.exceptionError ? undefined : runState.programCounter,
      root: bytesToHex(await state.getStateRoot()),
    },
  }
}

const hardfork = fc.constantFrom<Hardfork>('london', 'prague', 'osaka')
const gas = fc.oneof(fc.constant(20_000n), fc.bigInt(0n, 3_000n))

test('a frame leaves what it leaves in the loop of the library', async () => {
  const runs = 1_000
  let steps = 0
  await fc.assert(
    fc.asyncProperty(program, gas, hardfork, async (code, gasLimit, rules) => {
      const theirs = await execute(code, gasLimit, rules, true)
      const ours = await execute(code, gasLimit, rules, false)
      expect(ours.left).toEqual(theirs.left)
      steps += theirs.steps
    }),
    { numRuns: runs, examples: towers },
  )
  expect(steps / runs).toBeGreaterThan(10)
})
