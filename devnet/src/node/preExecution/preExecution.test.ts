import { createWasmEngine, type Engine } from '@lockstep/precompile'
import { encodeFunctionData, keccak256, parseAbi, parseEther } from 'viem'
import { describe, expect, onTestFinished, test } from 'vitest'
import { longRun } from '../../../../precompile/src/testing/onnx.js'
import type { DevAccount } from '../accounts.js'
import type { Hex, Node, PooledTransaction } from '../node.js'
import type { NodeOptions } from '../options.js'
import { inferenceAddress } from '../registry.js'
import { compile } from '../testing/compile.js'
import { affine } from '../testing/models.js'
import { account, deploy, signed, testNode } from '../testing/testNode.js'

const abi = parseAbi([
  'function set(int256 value)',
  'function step(bytes32 model, uint256 times)',
  'function value() view returns (int256)',
])
const { bytecode } = compile('Feedback.sol', 'Feedback')
const one = parseEther('1')

const set = (value: bigint) => encodeFunctionData({ abi, functionName: 'set', args: [value] })
const step = (times = 1n, model: Hex = affine.id) =>
  encodeFunctionData({ abi, functionName: 'step', args: [model, times] })

/** A real engine, how often it was asked, and a promise of the first time. */
function countingEngine() {
  const wasm = createWasmEngine({ threads: 2 })
  let onAsked = () => {}
  const asked = new Promise<void>((resolve) => {
    onAsked = resolve
  })
  const counting = {
    runs: 0,
    asked,
    engine: {
      ...wasm,
      run(...args: Parameters<Engine['run']>) {
        counting.runs++
        onAsked()
        return wasm.run(...args)
      },
    } satisfies Engine,
  }
  return counting
}

async function start(options: NodeOptions = {}) {
  const counting = countingEngine()
  const node = await testNode({
    engine: counting.engine,
    models: [affine.bytes],
    mining: { type: 'manual' },
    ...options,
  })
  node.setMining({ type: 'auto' })
  const contract = await deploy(node, bytecode)
  node.setMining({ type: 'manual' })
  return { node, counting, contract }
}

/** Resolves when so many transactions were executed ahead, from now on. */
function ahead(node: Node, count = 1): Promise<readonly PooledTransaction[]> {
  return new Promise((resolve) => {
    const executed: PooledTransaction[] = []
    const stop = node.on('preExecuted', (transaction) => {
      executed.push(transaction)
      if (executed.length < count) return
      stop()
      resolve(executed)
    })
    onTestFinished(stop)
  })
}

async function send(node: Node, to: Hex, data: Hex, from: DevAccount, gasLimit = 1_000_000n) {
  return node.send(await signed(node, { to, data, gasLimit }, from))
}

async function storedIn(node: Node, contract: Hex): Promise<bigint> {
  const data = encodeFunctionData({ abi, functionName: 'value' })
  return BigInt((await node.call({ to: contract, data }, 'latest')).returnData)
}

describe('a transaction that waits', () => {
  test('has its answers before the block is built, each of a chain of them', async () => {
    const { node, counting, contract } = await start()
    const executed = ahead(node)
    await send(node, contract, step(3n), account(node, 0))
    await executed
    expect(counting.runs).toBe(3)
    expect(node.preExecution()).toMatchObject({ executed: 1, inferences: 3, used: 0 })
    await node.mine()
    expect(counting.runs).toBe(3)
    expect(await storedIn(node, contract)).toBe(7n * one)
    expect(node.preExecution()).toMatchObject({ used: 3, wasted: 0 })
  })

  test('is executed after those of its sender that come before it', async () => {
    const { node, counting, contract } = await start()
    const from = account(node, 0)
    const executed = ahead(node, 2)
    await send(node, contract, set(5n * one), from)
    await send(node, contract, step(), from)
    await executed
    expect(counting.runs).toBe(1)
    await node.mine()
    expect(counting.runs).toBe(1)
    expect(await storedIn(node, contract)).toBe(11n * one)
  })

  test('that asks something else once another one ran makes a wasted run, never a wrong answer', async () => {
    const { node, counting, contract } = await start()
    const executed = ahead(node, 2)
    await send(node, contract, set(9n * one), account(node, 0))
    await send(node, contract, step(), account(node, 1))
    await executed
    expect(counting.runs).toBe(1)
    await node.mine()
    expect(counting.runs).toBe(2)
    expect(await storedIn(node, contract)).toBe(19n * one)
    expect(node.preExecution()).toMatchObject({ inferences: 1, used: 0 })
  })

  test('makes the very block that it makes without', async () => {
    const blocks = await Promise.all(
      [true, false].map(async (preExecution) => {
        const { node, contract } = await start({ preExecution, wallClock: () => 1_700_000_100n })
        const executed = preExecution ? ahead(node, 2) : Promise.resolve()
        for (const index of [0, 1]) await send(node, contract, step(2n), account(node, index))
        await executed
        await node.mine()
        return node.head
      }),
    )
    expect(blocks[0]?.hash).toBe(blocks[1]?.hash)
    expect(blocks[0]?.inferences).toHaveLength(4)
  })

  test('is not executed ahead when calls like it asked no model, until one does', async () => {
    const { node, contract } = await start()
    const executed = ahead(node)
    await send(node, contract, set(one), account(node, 0))
    await executed
    await node.mine()
    await send(node, contract, set(2n * one), account(node, 1))
    expect(node.preExecution()?.skipped.quiet).toBe(1)
    // Never a model's answer: this model is not known.
    const failing = ahead(node)
    await send(node, contract, step(1n, `0x${'11'.repeat(32)}`), account(node, 2))
    await failing
    await send(node, contract, step(), account(node, 3))
    expect(node.preExecution()?.skipped.quiet).toBe(2)
    await node.mine()
    const asked = ahead(node)
    await send(node, contract, step(), account(node, 3))
    await asked
    expect(node.preExecution()).toMatchObject({ executed: 3, inferences: 1 })
  })
})

const longModel = longRun(512, 60)
const long = { bytes: longModel, id: keccak256(longModel) }

/** A call of the long model straight at the precompile; the offset makes each a question of its own. */
function longCall(offset: number): Hex {
  const inputs = [
    {
      dtype: 1,
      shape: [512, 512],
      data: `0x${Buffer.from(new Float32Array(512 * 512).fill(offset / 1000).buffer).toString('hex')}` as Hex,
    },
  ]
  return encodeFunctionData({
    abi: parseAbi([
      'struct Tensor { uint8 dtype; uint32[] shape; bytes data; }',
      'function inferTensors(bytes32 model, Tensor[] inputs) returns (Tensor[])',
    ]),
    args: [long.id, inputs],
  })
}

const longGas = 150_000_000n

/** A node with a model that takes long enough to be met while it runs. */
function startLong(options: NodeOptions = {}) {
  return start({ models: [affine.bytes, long.bytes], gasLimit: 200_000_000n, ...options })
}

describe('what is executed ahead', () => {
  test('ends when the chain is taken back', async () => {
    const { node, counting, contract } = await startLong()
    const snapshot = node.snapshot()
    await node.mine()
    await send(node, inferenceAddress, longCall(1), account(node, 0), longGas)
    await counting.asked
    node.dropAllTransactions()
    await node.revert(snapshot)
    await expect.poll(() => node.preExecution()?.running).toBe(0)
    expect(node.preExecution()).toMatchObject({ executed: 0, skipped: { cancelled: 1 } })
    const executed = ahead(node)
    await send(node, contract, step(), account(node, 1))
    await executed
  })

  test('is no more of one sender than a block of gas, and keeps nobody else from being next', async () => {
    const { node, counting, contract } = await startLong()
    const executed = ahead(node)
    for (const offset of [1, 2, 3, 4]) {
      await send(node, inferenceAddress, longCall(offset), account(node, 0), longGas)
    }
    await send(node, contract, step(), account(node, 1))
    // One runs, one waits, and two would be more than a block.
    expect(node.preExecution()?.skipped.sender).toBe(2)
    await executed
    expect(counting.runs).toBeLessThan(4)
    node.dropAllTransactions()
  })

  test.each([
    ['ready', 1],
    ['fees', 0],
  ] as const)('is taken first in the order %s', async (order, first) => {
    const { node, counting, contract } = await startLong({ order, maxBlockTransactions: 1 })
    const senders = [account(node, 0), account(node, 1)] as const
    const data = longCall(1)
    const rich = {
      to: inferenceAddress,
      data,
      gasLimit: longGas,
      maxPriorityFeePerGas: 3n * 10n ** 9n,
    }
    await node.send(await signed(node, rich, senders[0]))
    await counting.asked
    const executed = ahead(node)
    await send(node, contract, step(), senders[1])
    await executed
    await node.mine()
    expect(node.head.transactions.map(({ from }) => from)).toEqual([
      senders[first].address.toLowerCase(),
    ])
  })
})

test('a node that is told so executes nothing ahead', async () => {
  const { node, contract } = await start({ preExecution: false })
  await send(node, contract, step(), account(node, 0))
  expect(node.preExecution()).toBeUndefined()
})
