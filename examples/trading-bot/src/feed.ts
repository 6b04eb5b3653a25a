import type { DemoClient } from '@lockstep/example-volatility/client'
import { compile } from '@lockstep/example-volatility/compile'
import { deployArtifact } from '@lockstep/example-volatility/transaction'
import { type Address, type Hex, parseUnits } from 'viem'
import { sourceAbi } from './abis.js'

const NO_SEQUENCER = '0x0000000000000000000000000000000000000000'
/** The most seconds that a price counts. */
export const HEARTBEAT_SECONDS = 3600n

/** A source of a price, and the guarded feed before it. */
export interface Feed {
  readonly source: Address
  readonly feed: Address
}

/** Deploys a stand-in for a Chainlink aggregator, whose operator is the client, and the SDK's feed before it. */
export async function deployFeed(client: DemoClient): Promise<Feed> {
  const { PriceSource } = compile(new URL('../contracts/', import.meta.url), ['PriceSource'])
  const { ChainlinkFeed } = compile(
    new URL('.', import.meta.resolve('@lockstep/sdk/contracts/freshness/ChainlinkFeed.sol')),
    ['ChainlinkFeed'],
  )
  const source = await deployArtifact(client, PriceSource)
  const bounds = [source, HEARTBEAT_SECONDS, NO_SEQUENCER, 0n]
  return { source, feed: await deployArtifact(client, ChainlinkFeed, bounds) }
}

/** Sends what lets the source answer another price. */
export function sendPrice(
  client: DemoClient,
  { source }: Feed,
  price: number,
  fees: { readonly maxFeePerGas?: bigint; readonly maxPriorityFeePerGas?: bigint } = {},
): Promise<Hex> {
  return client.writeContract({
    ...fees,
    address: source,
    abi: sourceAbi,
    functionName: 'push',
    args: [parseUnits(price.toFixed(8), 8)],
  })
}
