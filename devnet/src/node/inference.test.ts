import { bytesToHex } from '@ethereumjs/util'
import {
  createInferencePrecompile,
  createMemoryStore,
  inferenceAbi,
  inferenceLeaf,
  inferenceRoot,
  NodeFaultError,
} from '@lockstep/precompile'
import {
  decodeErrorResult,
  decodeFunctionResult,
  encodeFunctionData,
  keccak256,
  parseAbi,
  parseEther,
} from 'viem'
import { describe, expect, onTestFinished, test } from 'vitest'
import { longRun } from '../../../precompile/src/testing/onnx.js'
import { watchWorkers } from '../../../precompile/src/testing/workers.js'
import { GenesisModelError } from './createNode.js'
import type { Hex, Node } from './node.js'
import { inferenceAddress, registryAddress } from './registry.js'
import { compile } from './testing/compile.js'
import { affine, reciprocal } from './testing/models.js'
import { replay } from './testing/replay.js'
import { account, deploy, mined, signed, testNode } from './testing/testNode.js'

const model = 'bytes32 model'
const call = `(${model}, int256[] x)`
const abi = parseAbi([
  `function infer${call} returns (int256[] y)`,
  `function look${call} view returns (int256[])`,
  `function delegated${call} returns (int256[])`,
  `function nested(${model}, int256[] x, uint256 depth) returns (int256[])`,
  `function inferAndRevert${call}`,
  `function caught${call} returns (bool)`,
  `function swallow${call} returns (bool)`,
  `function twice${call} returns (int256[])`,
  'function runs() view returns (uint256)',
  'function size() view returns (uint256)',
  'function register(bytes32 model)',
  'function isRegistered(bytes32 model) view returns (bool)',
  'function setName(bytes32 name, bytes32 model)',
  'function resolve(address owner, bytes32 name) view returns (bytes32)',
  'error EmptyName()',
  'error ModelNotRegistered(bytes32 model)',
  'error NameNotSet(address owner, bytes32 name)',
] as readonly string[]) as import('viem').Abi

const { bytecode } = compile('InferenceProbe.sol', 'InferenceProbe')
const one = parseEther('1')

function data(functionName: string, ...args: unknown[]): Hex {
  return encodeFunctionData({ abi, functionName, args })
}

function result(functionName: string, returnData: Hex): unknown {
  return decodeFunctionResult({ abi, functionName, data: returnData })
}

async function ask(node: Node, to: Hex, name: string, ...args: unknown[]): Promise<unknown> {
  return result(name, (await node.call({ to, data: data(name, ...args) }, 'latest')).returnData)
}

async function inferringNode(options: Parameters<typeof testNode>[0] = {}) {
  const node = await testNode({ models: [affine.bytes, reciprocal.bytes], ...options })
  return { node, probe: await deploy(node, bytecode) }
}

describe('a contract that calls a model', () => {
  test('has the answer inside its transaction', async () => {
    const { node, probe } = await inferringNode()
    const { receipt } = await mined(node, {
      to: probe,
      data: data('infer', affine.id, [one, -one]),
    })
    expect(receipt.status).toBe(1)
    expect(result('infer', receipt.returnData)).toEqual([3n * one, -one])
    expect(await ask(node, probe, 'runs')).toBe(1n)
  })

  test.each([
    ['in a static call', 'look', [], 1],
    ['in a delegate call', 'delegated', [], 1],
    ['three frames deep', 'nested', [3n], 5],
  ])('has the answer %s', async (_, name, more, depth) => {
    const { node, probe } = await inferringNode()
    const { receipt } = await mined(node, {
      to: probe,
      data: data(name, affine.id, [one], ...more),
    })
    expect(result(name, receipt.returnData)).toEqual([3n * one])
    expect(node.head.inferences).toMatchObject([
      {
        model: affine.id,
        method: 'infer',
        success: true,
        transactionIndex: 0,
        callIndex: 0,
        depth,
        caller: probe,
      },
    ])
  })

  test('sees code at the address of the precompile', async () => {
    const { node, probe } = await inferringNode()
    expect(await ask(node, probe, 'size')).toBe(1n)
  })

  test('uses the same gas in a call, in an estimate and in a block', async () => {
    const { node, probe } = await inferringNode()
    const from = account(node, 0).address
    for (const name of ['infer', 'look', 'delegated', 'twice', 'caught']) {
      const request = { from, to: probe, data: data(name, affine.id, [one]) }
      const gas = await node.estimateGas(request, 'latest')
      const called = await node.call({ ...request, gas }, 'latest')
      const { receipt } = await mined(node, { to: probe, data: request.data, gasLimit: gas })
      expect(receipt.status).toBe(1)
      expect(called.gasUsed).toBe(receipt.gasUsed)
      expect(called.returnData).toBe(receipt.returnData)
      expect(called.inferences).toEqual(node.head.inferences)
    }
  })

  test('pays what quote says, however it is called', async () => {
    const { node } = await inferringNode()
    const quote = encodeFunctionData({
      abi: inferenceAbi,
      functionName: 'quote',
      args: [affine.id, [[2]]],
    })
    const quoted = await node.callPrecompile(
      Buffer.from(quote.slice(2), 'hex'),
      1_000_000n,
      'latest',
    )
    const price = decodeFunctionResult({
      abi: inferenceAbi,
      functionName: 'quote',
      data: bytesToHex(quoted.returnData),
    })
    const outcome = await node.call(
      { to: inferenceAddress, data: data('infer', affine.id, [one, one]) },
      'latest',
    )
    expect(outcome.inferences).toMatchObject([{ depth: 0, gasUsed: price }])
  })
})

describe('the record of inferences', () => {
  test('holds every one that ran, in order, those of reverted frames too', async () => {
    const { node, probe } = await inferringNode()
    node.setMining({ type: 'manual' })
    for (const name of ['twice', 'caught', 'inferAndRevert', 'infer']) {
      await node.send(await signed(node, { to: probe, data: data(name, affine.id, [one]) }))
    }
    await node.mine()
    expect(node.head.transactions.map(({ receipt }) => receipt.status)).toEqual([1, 1, 0, 1])
    const places = node.head.inferences.map((each) => [
      each.transactionIndex,
      each.callIndex,
      each.depth,
    ])
    expect(places).toEqual([
      [0, 0, 1],
      [0, 1, 1],
      [1, 0, 3],
      [2, 0, 2],
      [3, 0, 1],
    ])
    expect(await ask(node, probe, 'runs')).toBe(101n)
  })

  test('is what the block commits to', async () => {
    const { node, probe } = await inferringNode()
    expect(node.head.block.header.extraData).toHaveLength(0)
    await mined(node, { to: probe, data: data('twice', affine.id, [one]) })
    const root = inferenceRoot(node.head.inferences.map(inferenceLeaf))
    expect(bytesToHex(node.head.block.header.extraData)).toBe(root)
    await mined(node, { to: probe, value: 0n, data: data('runs') })
    expect(node.head.block.header.extraData).toHaveLength(0)
  })

  test('executes again to the same blocks', async () => {
    const { node, probe } = await inferringNode()
    for (const name of [
      'infer',
      'look',
      'delegated',
      'twice',
      'caught',
      'inferAndRevert',
      'swallow',
    ]) {
      await mined(node, { to: probe, data: data(name, affine.id, [one]) })
    }
    await mined(node, { to: probe, data: data('swallow', reciprocal.id, [0n]) })
    expect(await replay(node)).toHaveLength(9)
  })
})

describe('a call that cannot be answered', () => {
  test('reverts with an error that names what is wrong', async () => {
    const { node, probe } = await inferringNode()
    const unknown: Hex = `0x${'42'.repeat(32)}`
    const { receipt } = await mined(node, { to: probe, data: data('infer', unknown, [one]) })
    expect(receipt.status).toBe(0)
    expect(decodeErrorResult({ abi: inferenceAbi, data: receipt.returnData })).toMatchObject({
      errorName: 'ModelNotFound',
      args: [unknown],
    })
    expect(node.head.inferences).toEqual([])
  })

  test('is recorded, and paid in full, when the model ran and its result is not a number', async () => {
    const { node, probe } = await inferringNode()
    const { receipt } = await mined(node, {
      to: probe,
      data: data('infer', reciprocal.id, [one, 0n]),
    })
    expect(decodeErrorResult({ abi: inferenceAbi, data: receipt.returnData })).toMatchObject({
      errorName: 'NonFiniteOutput',
      args: [0n, 1n],
    })
    const [failed] = node.head.inferences
    const good = await node.call(
      { to: probe, data: data('look', reciprocal.id, [one, one]) },
      'latest',
    )
    expect(failed).toMatchObject({ success: false, gasUsed: good.inferences[0]?.gasUsed })
  })

  test('runs out of gas when it is given too little, and a bit more is enough', async () => {
    const { node } = await inferringNode()
    const request = { to: inferenceAddress, data: data('infer', affine.id, [one]) }
    const enough = await node.estimateGas(request, 'latest')
    expect((await node.call({ ...request, gas: enough }, 'latest')).success).toBe(true)
    const short = await node.call({ ...request, gas: enough - 1n }, 'latest')
    expect(short).toMatchObject({
      success: false,
      exception: 'out of gas',
      gasUsed: enough - 1n,
      inferences: [],
    })
  })
})

describe('the registry', () => {
  const name: Hex = `0x${Buffer.from('affine').toString('hex').padEnd(64, '0')}`

  async function uploaded() {
    const node = await testNode()
    await node.models.put(affine.bytes)
    return node
  }

  test('lists a model for the price of loading it, once', async () => {
    const node = await uploaded()
    const probe = await deploy(node, bytecode)
    expect(await ask(node, registryAddress, 'isRegistered', affine.id)).toBe(false)
    const early = await mined(node, { to: probe, data: data('infer', affine.id, [one]) })
    expect(early.receipt.status).toBe(0)

    const first = await mined(node, { to: registryAddress, data: data('register', affine.id) })
    const again = await mined(node, { to: registryAddress, data: data('register', affine.id) })
    expect([first.receipt.status, again.receipt.status]).toEqual([1, 1])
    expect([first.receipt.logs.length, again.receipt.logs.length]).toEqual([1, 0])
    const loading = node.precompile.schedule.registration({ bytes: affine.bytes.length, nodes: 2 })
    expect(first.receipt.gasUsed - again.receipt.gasUsed).toBeGreaterThan(loading)
    expect(await ask(node, registryAddress, 'isRegistered', affine.id)).toBe(true)
    const late = await mined(node, { to: probe, data: data('infer', affine.id, [one]) })
    expect(late.receipt.status).toBe(1)
  })

  test('is part of the chain: a revert forgets what was registered', async () => {
    const node = await uploaded()
    const snapshot = node.snapshot()
    await mined(node, { to: registryAddress, data: data('register', affine.id) })
    const ask = (id: 'latest' | 'earliest') =>
      node.call({ to: inferenceAddress, data: data('infer', affine.id, [one]) }, id)
    expect([(await ask('latest')).success, (await ask('earliest')).success]).toEqual([true, false])
    await node.revert(snapshot)
    expect((await ask('latest')).success).toBe(false)
  })

  test('keeps the models of genesis across a reset', async () => {
    const { node } = await inferringNode()
    await node.reset()
    expect(await ask(node, registryAddress, 'isRegistered', affine.id)).toBe(true)
    const probe = await deploy(node, bytecode)
    expect(await ask(node, probe, 'look', affine.id, [one])).toEqual([3n * one])
  })

  test('lets everybody move names of their own', async () => {
    const { node } = await inferringNode()
    const [first, second] = [account(node, 0), account(node, 1)]
    await mined(node, { to: registryAddress, data: data('setName', name, affine.id) }, first)
    await mined(node, { to: registryAddress, data: data('setName', name, reciprocal.id) }, second)
    expect(await ask(node, registryAddress, 'resolve', first.address, name)).toBe(affine.id)
    expect(await ask(node, registryAddress, 'resolve', second.address, name)).toBe(reciprocal.id)
    await mined(
      node,
      { to: registryAddress, data: data('setName', name, `0x${'00'.repeat(32)}`) },
      first,
    )
    const gone = await node.call(
      { to: registryAddress, data: data('resolve', first.address, name) },
      'latest',
    )
    expect(decodeErrorResult({ abi, data: gone.returnData })).toMatchObject({
      errorName: 'NameNotSet',
    })
  })

  test('refuses an empty name and a model that the chain does not know', async () => {
    const node = await testNode()
    const refuse = async (calldata: Hex) => {
      const { returnData } = await node.call({ to: registryAddress, data: calldata }, 'latest')
      return decodeErrorResult({ abi, data: returnData }).errorName
    }
    expect(await refuse(data('setName', `0x${'00'.repeat(32)}`, affine.id))).toBe('EmptyName')
    expect(await refuse(data('setName', name, affine.id))).toBe('ModelNotRegistered')
  })

  test('error: genesis with a file that is no model', async () => {
    await expect(testNode({ models: [Uint8Array.of(1, 2, 3)] })).rejects.toThrow(GenesisModelError)
  })
})

describe('a fault of the node', () => {
  /** A node whose chain lists a model that it lacks the blob of. */
  async function faultyNode() {
    const blobs = createMemoryStore()
    await blobs.put(affine.bytes)
    const precompile = createInferencePrecompile({ store: blobs })
    onTestFinished(() => precompile.close())
    const { node, probe } = await inferringNode({ precompile })
    return { node, probe, blobs }
  }

  test('leaves the transaction out, tells its sender, and changes nothing', async () => {
    const { node, probe } = await faultyNode()
    const before = node.head
    const sending = node.send(
      await signed(node, { to: probe, data: data('swallow', reciprocal.id, [one]) }),
    )
    await expect(sending).rejects.toThrow(NodeFaultError)
    expect(node.head).toBe(before)
    expect((await (await node.state('latest')).account(account(node, 0).address))?.nonce).toBe(1n)
    expect(node.pool().queued).toMatchObject([{ fault: expect.stringContaining(reciprocal.id) }])
  })

  test('lets the block go on with the others, as if the transaction had not been', async () => {
    const { node, probe, blobs } = await faultyNode()
    node.setMining({ type: 'manual' })
    const others = [1, 2, 3].map((index) => account(node, index))
    const good = []
    for (const other of others) {
      good.push(
        await node.send(
          await signed(node, { to: probe, data: data('infer', affine.id, [one]) }, other),
        ),
      )
    }
    const bad = await signed(node, {
      to: probe,
      data: data('swallow', reciprocal.id, [one]),
      maxPriorityFeePerGas: 5n * 10n ** 9n,
    })
    await node.send(bad)
    await node.mine()
    expect(node.head.transactions.map(({ hash }) => hash)).toEqual(good)
    expect(node.head.transactions.map(({ receipt }) => receipt.status)).toEqual([1, 1, 1])
    expect(await ask(node, probe, 'runs')).toBe(3n)
    expect(await replay(node)).toHaveLength(2)

    await blobs.put(reciprocal.bytes)
    await node.send(bad)
    await node.mine()
    expect(node.head.transactions).toMatchObject([{ receipt: { status: 1 } }])
  })

  test('fails calls and estimates, and the node goes on serving', async () => {
    const { node, probe } = await faultyNode()
    const request = { to: probe, data: data('swallow', reciprocal.id, [one]) }
    await expect(node.call(request, 'latest')).rejects.toThrow(NodeFaultError)
    await expect(node.estimateGas(request, 'latest')).rejects.toThrow(NodeFaultError)
    expect(await ask(node, probe, 'look', affine.id, [one])).toEqual([3n * one])
  })
})

describe('a worker that is killed in the middle of an inference', () => {
  const bytes = longRun(64, 300)
  const input = new Uint8Array(Float32Array.from({ length: 64 * 64 }, (_, i) => Math.sin(i)).buffer)
  const calldata = encodeFunctionData({
    abi: inferenceAbi,
    functionName: 'inferTensors',
    args: [keccak256(bytes), [{ dtype: 1, shape: [64, 64], data: bytesToHex(input) }]],
  })
  const request = { to: inferenceAddress, data: calldata } as const

  test('is replaced: the transaction is mined, with the result that it would have had', async () => {
    const workers = watchWorkers()
    onTestFinished(() => workers.stop())
    const node = await testNode({ models: [bytes] })
    const started = workers.nextStart()
    const mining = mined(node, request)
    await (await started).terminate()
    expect((await mining).receipt.status).toBe(1)

    const undisturbed = await testNode({ models: [bytes] })
    await mined(undisturbed, request)
    expect(node.head.inferences).toMatchObject([{ success: true }])
    expect(node.head.inferences).toEqual(undisturbed.head.inferences)
    expect(workers.all.length).toBeGreaterThan(2)
  })
})
