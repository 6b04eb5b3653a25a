import { tokenAbi } from '@lockstep/example-volatility/abi'
import type { DemoClient } from '@lockstep/example-volatility/client'
import { compile } from '@lockstep/example-volatility/compile'
import { readModel } from '@lockstep/example-volatility/model'
import { confirm, deployArtifact } from '@lockstep/example-volatility/transaction'
import { type Address, type Hex, maxUint256, parseEther } from 'viem'
import { inlinePoolAbi } from './abis.js'

const SUPPLY = parseEther('1000000000')
const LIQUIDITY = parseEther('1000000')

/** Where both versions live. */
export interface Pools {
  readonly model: Hex
  readonly tokens: readonly [Address, Address]
  readonly inline: Address
  readonly callback: Address
  readonly oracle: Address
}

/**
 * Deploys both pools over the same tokens, with the same liquidity.
 * @param operator Answers the oracle's requests.
 */
export async function deployPools(client: DemoClient, operator: Address): Promise<Pools> {
  const { id: model } = await client.inference.deployModelSync({ bytes: await readModel() })
  const { DemoToken } = compile(
    new URL('.', import.meta.resolve('@lockstep/example-volatility/contracts/DemoToken.sol')),
    ['DemoToken'],
  )
  const { InferenceOracle, InlinePool, CallbackPool } = compile(
    new URL('../contracts/', import.meta.url),
    ['InferenceOracle', 'InlinePool', 'CallbackPool'],
  )
  const first = await deployArtifact(client, DemoToken, ['Index', 'IDX', SUPPLY])
  const second = await deployArtifact(client, DemoToken, ['Dollar', 'USD', SUPPLY])
  const oracle = await deployArtifact(client, InferenceOracle, [operator])
  const inline = await deployArtifact(client, InlinePool, [model, first, second])
  const callback = await deployArtifact(client, CallbackPool, [model, first, second, oracle])
  for (const pool of [inline, callback]) await provide(client, pool, [first, second])
  return { model, tokens: [first, second], inline, callback, oracle }
}

async function provide(
  client: DemoClient,
  pool: Address,
  tokens: readonly Address[],
): Promise<void> {
  for (const address of tokens) {
    const approval = { address, abi: tokenAbi, functionName: 'approve' } as const
    await confirm(client, await client.writeContract({ ...approval, args: [pool, maxUint256] }))
  }
  const call = { address: pool, abi: inlinePoolAbi, functionName: 'provide' } as const
  await confirm(client, await client.writeContract({ ...call, args: [LIQUIDITY, LIQUIDITY] }))
}

/** Lets both pools know of a day's return. @param dailyReturn A fraction. */
export async function pushReturn(
  client: DemoClient,
  { inline, callback }: Pools,
  dailyReturn: number,
): Promise<void> {
  const args = [parseEther(dailyReturn.toFixed(18))] as const
  for (const address of [inline, callback]) {
    const call = { address, abi: inlinePoolAbi, functionName: 'pushReturn' } as const
    await confirm(client, await client.writeContract({ ...call, args }))
  }
}
