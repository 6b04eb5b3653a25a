import { describe, expect, test } from 'vitest'
import type { Hex } from '../../node/node.js'
import { assemble } from '../testing/assemble.js'
import { testServer } from '../testing/testServer.js'

const contract: Hex = `0x${'aa'.repeat(20)}`
/** Counts up until the gas is gone. */
const endless = assemble('PUSH 0 JUMPDEST PUSH 1 ADD PUSH 2 JUMP')

async function serverWith(code: Hex) {
  const server = await testServer()
  await server.call('anvil_setCode', contract, code)
  return server
}

describe('a trace that is too much ends in an error, and the node goes on', () => {
  test('when it takes longer than its timeout', async () => {
    const { call, failure } = await serverWith(endless)
    const request = { to: contract, gas: '0x1c9c380' }
    const error = await failure('debug_traceCall', request, 'latest', {
      tracer: 'callTracer',
      timeout: '50ms',
    })
    expect(error).toMatchObject({ code: -32000 })
    expect(error.message).toContain('took longer than 50 ms')
    expect(await call('debug_traceCall', { to: contract, gas: '0x6000' }, 'latest')).toMatchObject({
      failed: true,
    })
  })

  test('when its answer would be larger than the node gives', async () => {
    // The stack grows to 1024 items, each of which every opcode shows again.
    const wide = assemble(`JUMPDEST ${'PUSH 0 '.repeat(900)} ${'POP '.repeat(900)} PUSH 0 JUMP`)
    const { call, failure } = await serverWith(wide)
    const request = { to: contract, gas: '0x1c9c380' }
    const error = await failure('debug_traceCall', request, 'latest', {})
    expect(error).toMatchObject({ code: -32000 })
    expect(error.message).toContain('larger than')
    expect(error.message).toContain('disableStack')
    const brief = { ...request, gas: '0x186a0' }
    expect(
      await call('debug_traceCall', brief, 'latest', { disableStack: true, limit: 10 }),
    ).toMatchObject({ failed: true, structLogs: { length: 10 } })
  })

  test('while others are answered', async () => {
    const { call, failure } = await serverWith(endless)
    const request = { to: contract, gas: '0x1c9c380' }
    let isTracing = true
    const trace = failure('debug_traceCall', request, 'latest', {
      tracer: 'callTracer',
      timeout: '1s',
    }).finally(() => {
      isTracing = false
    })
    let answers = 0
    for (; isTracing; answers++) await call('eth_chainId')
    expect((await trace).message).toContain('took longer')
    // Each waits for one turn of the trace at most; a trace that took the thread would leave one or two.
    expect(answers).toBeGreaterThan(10)
  })
})

test('a REVERT with more data than it pays for allocates nothing', async () => {
  const { call } = await serverWith(assemble('PUSH 0xffffffffff PUSH 0 REVERT'))
  const before = process.memoryUsage().rss
  const trace = await call('debug_traceCall', { to: contract }, 'latest', { tracer: 'callTracer' })
  expect(trace).toMatchObject({ error: 'out of gas' })
  expect(process.memoryUsage().rss - before).toBeLessThan(2 ** 28)
  const { structLogs } = await call<{ structLogs: unknown[] }>('debug_traceCall', { to: contract })
  expect(structLogs.at(-1)).toMatchObject({ op: 'REVERT', stack: ['0xffffffffff', '0x0'] })
})

test('calls as deep as they can nest are told whole', async () => {
  const deep = assemble('PUSH 0 PUSH 0 PUSH 0 PUSH 0 PUSH 0 ADDRESS GAS CALL STOP')
  const { call } = await serverWith(deep)
  await call('anvil_setBlockGasLimit', '0x10000000000')
  const request = { to: contract, gas: '0xffffffffff' }
  const { trace } = await call<{ trace: { traceAddress: number[] }[] }>('trace_call', request, [
    'trace',
  ])
  expect(trace.length).toBeGreaterThan(100)
  expect(trace.at(-1)?.traceAddress).toHaveLength(trace.length - 1)
})
