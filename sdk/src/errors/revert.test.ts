import { encodeErrorResult, keccak256, parseAbi, toHex } from 'viem'
import { describe, expect, test } from 'vitest'
import { feedAbi, freshnessAbi, inferenceAbi, modelRegistryAbi } from '../abis.js'
import { compile } from '../testing/compile.js'
import { useDevnet } from '../testing/devnet.js'
import { ids, models } from '../testing/models.js'
import { InferenceRevertError } from './inferenceRevert.js'
import { InferenceUnavailableError, toTypedError } from './node.js'
import { InsufficientInferenceGasError, NonFiniteOutputError, toInferenceRevert } from './revert.js'

const chain = useDevnet({ models })
const abi = [...inferenceAbi, ...modelRegistryAbi, ...feedAbi, ...freshnessAbi]
const errors = abi.filter((item) => item.type === 'error')

/** One value for each type that the errors hold. */
const samples: Readonly<Record<string, unknown>> = {
  bytes32: keccak256('0x01'),
  bytes4: '0x01020304',
  address: `0x${'12'.repeat(20)}`,
  uint256: 7n,
  int256: -7n,
  uint80: 7n,
  uint64: 7n,
  uint8: 1,
  'uint32[]': [1, 2],
}

/** Puts code at an address that reverts with the data, calls it, and gives back what viem throws. */
async function revertWith(data: `0x${string}`): Promise<unknown> {
  const address = `0x${'be'.repeat(20)}` as const
  const length = toHex((data.length - 2) / 2, { size: 2 }).slice(2)
  // CODECOPY of what follows these 13 bytes, and REVERT with it.
  const code = `0x61${length}600d5f3961${length}5ffd00${data.slice(2)}` as const
  return chain.client
    .readContract({
      address,
      abi: parseAbi(['function anything() view returns (uint256)']),
      functionName: 'anything',
      stateOverride: [{ address, code }],
    })
    .then(
      () => expect.unreachable('the call succeeded'),
      (error: unknown) => error,
    )
}

describe('toInferenceRevert', () => {
  test.each(errors.map(({ name, inputs }) => ({ name, inputs })))(
    'behavior: $name is named through a contract whose ABI lacks it',
    async ({ name, inputs }) => {
      const args = inputs.map(({ type }) => samples[type])
      const error = await revertWith(encodeErrorResult({ abi, errorName: name, args } as never))
      const revert = toInferenceRevert(error)
      expect(revert).toBeInstanceOf(InferenceRevertError)
      expect(revert?.cause).toBe(error)
      expect(revert?.message).not.toMatch(/undefined|\[object/)
    },
  )

  test('behavior: an error that a contract in between wrapped, by ERC-7751, is named', async () => {
    const wrap = (reason: `0x${string}`) =>
      encodeErrorResult({
        abi: parseAbi([
          'error WrappedError(address target, bytes4 selector, bytes reason, bytes details)',
        ]),
        args: [`0x${'12'.repeat(20)}`, '0x01020304', reason, '0x'],
      })
    const reason = encodeErrorResult({
      abi: freshnessAbi,
      errorName: 'DeadlinePassed',
      args: [7n, 9n],
    })
    expect(toInferenceRevert(await revertWith(wrap(wrap(reason))))).toMatchObject({
      name: 'DeadlinePassedError',
      deadline: 7n,
      lateSeconds: 2n,
    })
    expect(toInferenceRevert(await revertWith(wrap('0x01020304')))).toBeUndefined()
  })

  test('behavior: other reverts stay what they are', async () => {
    const own = encodeErrorResult({ abi: parseAbi(['error Own(uint256)']), args: [1n] })
    const text = encodeErrorResult({ abi: parseAbi(['error Error(string)']), args: ['no'] })
    for (const data of [own, text, '0x', '0x12', errorOfWrongLength()] as const) {
      expect(toInferenceRevert(await revertWith(data))).toBeUndefined()
    }
  })

  test('behavior: no revert is none', () => {
    expect(toInferenceRevert(new Error('no'))).toBeUndefined()
    expect(toInferenceRevert(undefined)).toBeUndefined()
  })
})

/** The selector of a known error, and too few arguments behind it. */
function errorOfWrongLength(): `0x${string}` {
  const args = [ids.unknown]
  return encodeErrorResult({ abi, errorName: 'ModelNotFound', args } as never).slice(0, 30) as never
}

describe('toTypedError', () => {
  const consumer = compile('test/Consumer.sol')

  async function deployConsumer() {
    const hash = await chain.client.deployContract(consumer)
    const { contractAddress } = await chain.client.waitForTransactionReceipt({ hash })
    if (!contractAddress) expect.unreachable('the consumer was not deployed')
    const call = (gas?: bigint) =>
      chain.client
        .readContract({
          address: contractAddress,
          // The caller's own ABI knows no error.
          abi: consumer.abi.filter(({ type }) => type === 'function'),
          functionName: 'infer',
          args: [ids.reciprocal, [0n]],
          ...(gas && { gas }),
        } as never)
        .then(() => expect.unreachable('the call succeeded'), toTypedError)
    return call
  }

  test('behavior: names the errors that a contract of the user lets through', async () => {
    const call = await deployConsumer()
    expect(await call()).toBeInstanceOf(NonFiniteOutputError)
  })

  test('behavior: names a lack of gas inside a contract', async () => {
    const call = await deployConsumer()
    const needed = await chain.client.inference.quote({ model: ids.reciprocal, shapes: [[1]] })
    // Enough for the transaction itself and to ask for the price, and half of the price.
    const error = await call(24_500n + needed + needed / 2n)
    expect(error).toBeInstanceOf(InsufficientInferenceGasError)
    expect(error).toMatchObject({ needed })
  })

  test('behavior: names a chain without the precompile', async () => {
    const args = [1n] as const
    const data = encodeErrorResult({ abi: inferenceAbi, errorName: 'InferenceUnavailable', args })
    expect(toTypedError(await revertWith(data))).toBeInstanceOf(InferenceUnavailableError)
  })
})
