import { inferenceAbi } from '@lockstep/precompile'
import { bytesToHex, encodeFunctionData, parseAbi, parseEther, stringToHex } from 'viem'
import { describe, expect, test } from 'vitest'
import type { Hex } from '../../node/node.js'
import { inferenceAddress, registryAddress } from '../../node/registry.js'
import { affine, reciprocal } from '../../node/testing/models.js'
import { assemble } from '../testing/assemble.js'
import { testServer } from '../testing/testServer.js'

const one = parseEther('1')
const infer = (id: Hex, x: readonly bigint[]) =>
  encodeFunctionData({ abi: inferenceAbi, functionName: 'infer', args: [id, x] })

/** Hands its calldata on to the inference precompile, and gives back what that answers. */
const relay: Hex = `0x${'aa'.repeat(20)}`
const relayCode = (opcode: 'CALL' | 'STATICCALL' | 'DELEGATECALL') =>
  assemble(
    `CALLDATASIZE PUSH 0 PUSH 0 CALLDATACOPY PUSH 0 PUSH 0 CALLDATASIZE PUSH 0 ${
      opcode === 'CALL' ? 'PUSH 0' : ''
    } PUSH ${inferenceAddress} GAS ${opcode} POP RETURNDATASIZE PUSH 0 PUSH 0 RETURNDATACOPY RETURNDATASIZE PUSH 0 RETURN`,
  )

/** A devnet with both models, the relay, and `ask`, which sends calldata to it in a transaction. */
async function relayed(opcode: 'CALL' | 'STATICCALL' | 'DELEGATECALL' = 'STATICCALL') {
  const server = await testServer({ models: [affine.bytes, reciprocal.bytes] })
  const { call, addressOf } = server
  await call('anvil_setCode', relay, relayCode(opcode))
  const ask = async (data: Hex, to: Hex = relay) => {
    const request = { from: addressOf(0), to, data, gas: '0x2dc6c0' }
    const receipt = await call<{ transactionHash: Hex }>('eth_sendTransactionSync', request)
    return receipt.transactionHash
  }
  return { ...server, ask }
}

interface Call {
  readonly gasUsed: Hex
  readonly inference?: unknown
  readonly calls?: readonly Call[]
}

const callTracer = { tracer: 'callTracer' }

describe('a call of the inference precompile is decoded', () => {
  const decoded = {
    model: affine.id,
    class: 'pinned',
    method: 'infer',
    inputs: [`${one}`, `${2n * one}`],
    outputs: [`${3n * one}`, `${5n * one}`],
  }

  test.each(['CALL', 'STATICCALL', 'DELEGATECALL'] as const)(
    'in the frames of callTracer, by %s',
    async (opcode) => {
      const { call, ask } = await relayed(opcode)
      const hash = await ask(infer(affine.id, [one, 2n * one]))
      const top = await call<Call>('debug_traceTransaction', hash, callTracer)
      expect(top).not.toHaveProperty('inference')
      const [frame] = top.calls ?? []
      expect(frame).toMatchObject({
        type: opcode,
        to: inferenceAddress,
        inference: { ...decoded, gas: frame?.gasUsed },
      })
    },
  )

  test('in trace_*', async () => {
    const { call, ask } = await relayed()
    const hash = await ask(infer(affine.id, [one, 2n * one]))
    const traces = await call<unknown[]>('trace_transaction', hash)
    expect(traces).toMatchObject([
      { subtraces: 1, traceAddress: [] },
      { action: { to: inferenceAddress }, traceAddress: [0], inference: decoded },
    ])
    const replay = await call('trace_replayTransaction', hash, ['trace'])
    expect(replay).toMatchObject({ trace: [{}, { inference: decoded }] })
    const flat = await call('debug_traceTransaction', hash, { tracer: 'flatCallTracer' })
    expect(flat).toEqual(traces)
  })

  test('in struct logs, at the opcode that makes it', async () => {
    const { call, ask } = await relayed()
    const hash = await ask(infer(affine.id, [one, 2n * one]))
    const { structLogs } = await call<{ structLogs: { op: string; inference?: unknown }[] }>(
      'debug_traceTransaction',
      hash,
    )
    const told = structLogs.filter(({ inference }) => inference)
    expect(told).toMatchObject([{ op: 'STATICCALL', inference: decoded }])
  })

  test('in calls that no block holds, and where a transaction calls it itself', async () => {
    const { call, ask } = await relayed()
    const data = infer(affine.id, [one, 2n * one])
    const request = { to: inferenceAddress, data }
    expect(await call('debug_traceCall', request, 'latest', callTracer)).toMatchObject({
      inference: decoded,
    })
    expect(await call('trace_call', request, ['trace'])).toMatchObject({
      trace: [{ inference: decoded }],
    })
    const hash = await ask(data, inferenceAddress)
    expect(await call('debug_traceTransaction', hash, callTracer)).toMatchObject({
      inference: decoded,
    })
  })

  test('with the name that the registry had for the model at that block', async () => {
    const { call, ask, addressOf } = await relayed()
    const before = await ask(infer(affine.id, [one]))
    const setName = encodeFunctionData({
      abi: parseAbi(['function setName(bytes32 name, bytes32 model)']),
      args: [stringToHex('affine-v1', { size: 32 }), affine.id],
    })
    await ask(setName, registryAddress)
    const after = await ask(infer(affine.id, [one]))
    const nameIn = async (hash: Hex) => {
      const { calls = [] } = await call<Call>('debug_traceTransaction', hash, callTracer)
      return (calls[0]?.inference as { name?: string } | undefined)?.name
    }
    expect(await nameIn(after)).toBe(`${addressOf(0)}/affine-v1`)
    expect(await nameIn(before)).toBeUndefined()
  })
})

test('what the precompile reverts with is told by name', async () => {
  const { call, ask } = await relayed()
  const hash = await ask(infer(reciprocal.id, [0n]))
  const { calls } = await call<Call>('debug_traceTransaction', hash, callTracer)
  expect(calls).toMatchObject([
    {
      error: 'execution reverted',
      inference: {
        model: reciprocal.id,
        outputs: null,
        error: { name: 'NonFiniteOutput', args: ['0', '0'] },
      },
    },
  ])
})

test('long lists and byte strings show their beginning', async () => {
  const { call, ask } = await relayed()
  const values = Array.from({ length: 40 }, (_, index) => BigInt(index) * one)
  const first = await ask(infer(affine.id, values))
  const { calls } = await call<Call>('debug_traceTransaction', first, callTracer)
  const inference = calls?.[0]?.inference as { inputs: string[]; outputs: string[] }
  expect(inference.inputs).toHaveLength(17)
  expect(inference.inputs[16]).toBe('… 24 more')
  expect(inference.outputs[16]).toBe('… 24 more')
  const data = bytesToHex(new Uint8Array(400))
  const inferTensors = encodeFunctionData({
    abi: inferenceAbi,
    functionName: 'inferTensors',
    args: [affine.id, [{ dtype: 1, shape: [100], data }]],
  })
  const second = await ask(inferTensors)
  const traced = await call<Call>('debug_traceTransaction', second, callTracer)
  expect(traced.calls?.[0]?.inference).toMatchObject({
    method: 'inferTensors',
    inputs: [{ dtype: 1, shape: [100], data: `0x${'00'.repeat(64)}… (400 bytes)` }],
  })
})

test('calldata that is none of its methods is told as any other call', async () => {
  const { call, ask } = await relayed()
  for (const data of ['0x', '0x12', '0xdeadbeef', infer(affine.id, [one]).slice(0, 100)] as Hex[]) {
    const { calls } = await call<Call>('debug_traceTransaction', await ask(data), callTracer)
    expect(calls).toMatchObject([{ to: inferenceAddress }])
    expect(calls?.[0]).not.toHaveProperty('inference')
  }
})
