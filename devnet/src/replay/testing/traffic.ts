import { inferenceAbi } from '@lockstep/precompile'
import {
  createPublicClient,
  createTestClient,
  createWalletClient,
  encodeFunctionData,
  type Hex,
  http,
  parseAbi,
  parseEther,
} from 'viem'
import { foundry } from 'viem/chains'
import { inferenceAddress } from '../../node/registry.js'
import { compile } from '../../node/testing/compile.js'
import { affine, reciprocal, whole } from '../../node/testing/models.js'

export const probeAbi = parseAbi([
  'function nested(bytes32 model, int256[] x, uint256 depth) returns (int256[])',
  'function caught(bytes32 model, int256[] x) returns (bool)',
  'function swallow(bytes32 model, int256[] x) returns (bool)',
  'function runs() view returns (uint256)',
])
const probe = compile('InferenceProbe.sol', 'InferenceProbe')

/** Deploys it. */
export const probeCode = probe.bytecode

/** A call of a model, as `eth_sendTransaction` takes it. */
export function inferTransaction(from: string | undefined, model: Hex, x: readonly bigint[]) {
  const args = [model, x] as const
  const data = encodeFunctionData({ abi: inferenceAbi, functionName: 'infer', args })
  return { from, to: inferenceAddress, data, gas: '0x7a120' }
}

/** Models that the traffic calls. */
export const trafficModels = [affine.bytes, reciprocal.bytes, whole.bytes]

/**
 * Makes blocks with inferences of both classes, nested, reverted and failed ones; edits the state, unwinds the chain.
 * @param url of a devnet that knows the models.
 */
export async function liveThrough(url: string): Promise<void> {
  const base = { chain: foundry, transport: http(url, { retryCount: 0 }), pollingInterval: 20 }
  const reader = createPublicClient(base)
  const tester = createTestClient({ ...base, mode: 'anvil' })
  const [account, other] = await createWalletClient(base).getAddresses()
  if (!account || !other) throw new Error('The devnet has no accounts.')
  const wallet = createWalletClient({ ...base, account })
  const mined = (hash: Hex) => reader.waitForTransactionReceipt({ hash })
  await tester.setBalance({ address: `0x${'ab'.repeat(20)}`, value: 5n })
  const { contractAddress } = await mined(await wallet.sendTransaction({ data: probe.bytecode }))
  const call = async (functionName: 'nested' | 'caught' | 'swallow', model: Hex, x: bigint[]) => {
    const args = functionName === 'nested' ? [model, x, 2n] : [model, x]
    const data = encodeFunctionData({ abi: probeAbi, functionName, args } as never)
    await mined(await wallet.sendTransaction({ to: contractAddress, data, gas: 2_000_000n }))
  }
  await call('nested', affine.id, [parseEther('0.1'), parseEther('7')])
  const snapshot = await tester.snapshot()
  await call('nested', affine.id, [parseEther('99')])
  await tester.setBalance({ address: `0x${'ac'.repeat(20)}`, value: 6n })
  await tester.revert({ id: snapshot })
  await call('caught', whole.id, [1n, -2n, 3n])
  await call('swallow', reciprocal.id, [parseEther('1'), 0n])
  await tester.setStorageAt({
    address: contractAddress as Hex,
    index: 1,
    value: `0x${'07'.padStart(64, '0')}`,
  })
  await tester.increaseTime({ seconds: 1000 })
  const data = encodeFunctionData({
    abi: inferenceAbi,
    functionName: 'infer',
    args: [whole.id, [5n, 6n, 7n]],
  })
  await mined(await wallet.sendTransaction({ to: inferenceAddress, data, gas: 1_000_000n }))
  await tester.impersonateAccount({ address: `0x${'ab'.repeat(20)}` })
  await tester.setBalance({ address: `0x${'ab'.repeat(20)}`, value: parseEther('1') })
  await tester.sendUnsignedTransaction({ from: `0x${'ab'.repeat(20)}`, to: other, value: 1n })
  await tester.setCode({ address: `0x${'cd'.repeat(20)}`, bytecode: '0x6000' })
  await tester.mine({ blocks: 2, interval: 12 })
}
