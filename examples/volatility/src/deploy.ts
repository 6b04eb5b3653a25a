import { type Address, type Hex, parseEther, parseUnits } from 'viem'
import { poolAbi, tokenAbi } from './abi.js'
import { connect, type DemoClient } from './client.js'
import { compile } from './compile.js'
import { readModel } from './model.js'
import { readDailyPrices, WINDOW } from './prices.js'
import { confirm, deployArtifact } from './transaction.js'

const CONTRACTS = new URL('../contracts/', import.meta.url)
/** Decimals of the prices that the keeper pushes. */
const PRICE_DECIMALS = 6
/** Tokens minted to the deployer, of each kind. */
const SUPPLY = parseEther('1000000000')
/** Dollars on one side of the pool; the other side holds as much at the first price. */
const LIQUIDITY_DOLLARS = parseEther('10000000')

/** Where the demonstration lives on a chain. */
export interface VolatilityDemo {
  readonly modelId: Hex
  /** The `VolatilityPool`, which is a `VolatilityFee` too. */
  readonly contractAddress: Address
  /** An index token priced in points, and a dollar. */
  readonly tokens: { readonly index: Address; readonly dollar: Address }
}

/**
 * Deploys the model and the pool, adds liquidity, and pushes enough prices for the first prediction.
 * @param options.rpcUrl a devnet that signs for its first account
 * @param options.closes closing prices to start with, oldest first; default the last nine of the series
 * @example
 * const { contractAddress } = await deployVolatilityDemo({ rpcUrl: 'http://127.0.0.1:8545' })
 */
export async function deployVolatilityDemo(options: {
  readonly rpcUrl: string
  readonly closes?: readonly number[]
}): Promise<VolatilityDemo> {
  const client = await connect(options.rpcUrl)
  const closes = options.closes ?? lastCloses()
  const { id: modelId } = await client.inference.deployModelSync({ bytes: await readModel() })
  const { DemoToken, VolatilityPool } = compile(CONTRACTS, ['DemoToken', 'VolatilityPool'])

  const index = await deployArtifact(client, DemoToken, ['Index', 'IDX', SUPPLY])
  const dollar = await deployArtifact(client, DemoToken, ['Dollar', 'USD', SUPPLY])
  const keeper = client.account.address
  const contractAddress = await deployArtifact(client, VolatilityPool, [
    modelId,
    keeper,
    index,
    dollar,
  ])
  const demo = { modelId, contractAddress, tokens: { index, dollar } }

  await provide(client, demo, closes[0] ?? 1)
  for (const close of closes) await pushPrice(client, contractAddress, close)
  return demo
}

/** Pushes a closing price as the keeper. */
export async function pushPrice(client: DemoClient, pool: Address, close: number): Promise<void> {
  const price = parseUnits(close.toFixed(PRICE_DECIMALS), PRICE_DECIMALS)
  await confirm(
    client,
    await client.writeContract({
      address: pool,
      abi: poolAbi,
      functionName: 'pushPrice',
      args: [price],
    }),
  )
}

/** One more closing price than the model takes returns. */
function lastCloses(): number[] {
  return readDailyPrices()
    .slice(-(WINDOW + 1))
    .map((day) => day.close)
}

async function provide(
  client: DemoClient,
  { contractAddress, tokens }: VolatilityDemo,
  close: number,
): Promise<void> {
  for (const token of [tokens.index, tokens.dollar]) {
    const approval = { address: token, abi: tokenAbi, functionName: 'approve' } as const
    await confirm(
      client,
      await client.writeContract({ ...approval, args: [contractAddress, SUPPLY] }),
    )
  }
  const price = parseUnits(close.toFixed(PRICE_DECIMALS), PRICE_DECIMALS)
  const indexAmount = (LIQUIDITY_DOLLARS * 10n ** BigInt(PRICE_DECIMALS)) / price
  await confirm(
    client,
    await client.writeContract({
      address: contractAddress,
      abi: poolAbi,
      functionName: 'provide',
      args: [indexAmount, LIQUIDITY_DOLLARS],
    }),
  )
}
