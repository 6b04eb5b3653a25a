import { toHex } from 'viem'
import { describe, expect, test } from 'vitest'
import type { Hex } from '../../node/node.js'
import { assemble } from '../testing/assemble.js'
import { testServer } from '../testing/testServer.js'

const from = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'
const counter: Hex = `0x${'c0'.repeat(20)}`
const word = (value: number) => toHex(value, { size: 32 })

/** Raises slot 0 by one, and gives it. */
const counting = assemble(
  'PUSH 0 SLOAD PUSH 1 ADD DUP1 PUSH 0 SSTORE PUSH 0 MSTORE PUSH 32 PUSH 0 RETURN',
)

/** A block of three transactions to a counter. */
async function threeCounts() {
  const server = await testServer({ mining: { type: 'manual' } })
  await server.call('anvil_setCode', counter, counting)
  for (const nonce of [0, 1, 2]) {
    const request = { from, to: counter, nonce: toHex(nonce), gas: '0x20000' }
    await server.call('eth_sendTransaction', request)
  }
  const [sealed] = await server.node.mine()
  return { ...server, sealed }
}

describe('debug_traceCall', () => {
  test('with a txIndex it stands within the block, after so many of its transactions', async () => {
    const { call } = await threeCounts()
    const outputAt = async (options: object) => {
      const tracing = { tracer: 'callTracer', ...options }
      const trace = await call<{ output: Hex }>('debug_traceCall', { to: counter }, '0x1', tracing)
      return trace.output
    }
    expect(await outputAt({ txIndex: '0x0' })).toBe(word(1))
    expect(await outputAt({ txIndex: '0x2' })).toBe(word(3))
    expect(await outputAt({})).toBe(word(4))
  })

  test('sees overrides of the state and the block', async () => {
    const { call } = await threeCounts()
    const stateOverrides = { [counter]: { stateDiff: { [word(0)]: word(40) } } }
    const tracing = { tracer: 'callTracer', stateOverrides }
    expect(await call('debug_traceCall', { to: counter }, 'latest', tracing)).toMatchObject({
      output: word(41),
    })
    const code = assemble('.43 PUSH 0 MSTORE PUSH 32 PUSH 0 RETURN')
    const overrides = {
      tracer: 'callTracer',
      stateOverrides: { [counter]: { code } },
      blockOverrides: { number: '0x63' },
    }
    expect(await call('debug_traceCall', { to: counter }, 'latest', overrides)).toMatchObject({
      output: word(99),
    })
  })
})

describe('tracers by name', () => {
  test('the muxTracer gives what each of its tracers gives alone', async () => {
    const { call, sealed } = await threeCounts()
    const hash = sealed?.transactions[1]?.hash
    const tracers = {
      callTracer: { withLog: true },
      prestateTracer: { diffMode: true },
      '4byteTracer': {},
      noopTracer: {},
    }
    const alone = Object.entries(tracers).map(async ([tracer, tracerConfig]) => [
      tracer,
      await call('debug_traceTransaction', hash, { tracer, tracerConfig }),
    ])
    const mux = { tracer: 'muxTracer', tracerConfig: tracers }
    const together = await call<object>('debug_traceTransaction', hash, mux)
    expect(together).toEqual(Object.fromEntries(await Promise.all(alone)))
    expect(together).toMatchObject({ callTracer: { output: word(2) }, noopTracer: {} })
  })

  test('the flatCallTracer gives what trace_transaction gives', async () => {
    const { call, sealed } = await threeCounts()
    const hash = sealed?.transactions[1]?.hash
    expect(await call('debug_traceTransaction', hash, { tracer: 'flatCallTracer' })).toEqual(
      await call('trace_transaction', hash),
    )
  })

  test('error: one that nobody knows, and a muxTracer in another', async () => {
    const { failure, sealed } = await threeCounts()
    const hash = sealed?.transactions[0]?.hash
    expect(await failure('debug_traceTransaction', hash, { tracer: 'x' })).toMatchObject({
      code: -32602,
      message: expect.stringContaining('.tracer must be one of callTracer'),
    })
    const nested = { tracer: 'muxTracer', tracerConfig: { muxTracer: {} } }
    expect(await failure('debug_traceTransaction', hash, nested)).toMatchObject({
      code: -32602,
      message: expect.stringContaining('.tracerConfig'),
    })
  })
})

test('debug_traceBlock takes a block whole, and traces it as by its number', async () => {
  const { call } = await threeCounts()
  const tracing = { tracer: 'callTracer' }
  const traces = await call('debug_traceBlock', await call('debug_getRawBlock', '0x1'), tracing)
  expect(traces).toHaveLength(3)
  expect(traces).toEqual(await call('debug_traceBlockByNumber', '0x1', tracing))
})
