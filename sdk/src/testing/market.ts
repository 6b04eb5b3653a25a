import { type Address, type Client, encodeDeployData, parseAbi } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { getTransactionReceipt, sendTransaction, waitForTransactionReceipt } from 'viem/actions'
import type { Observation } from '../observation.js'
import { observationToWad } from '../observation.js'
import { account } from './client.js'
import { compile } from './compile.js'
import { ids } from './models.js'

/** The first account of a devnet, signing for itself. */
export const signer = privateKeyToAccount(
  '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80',
)

export const quoterAbi = parseAbi([
  'struct Observation { int256 value; uint8 decimals; uint80 roundId; uint64 time; uint64 blockNumber; }',
  'event Quoted(address indexed by, int256 price, int256 answer)',
  'error NotToday(uint256 day)',
  'function quote(int256[] x, Observation seen) returns (int256 answer)',
  'function quoteBefore(uint256 deadline, int256[] x, Observation seen) returns (int256)',
  'function quoteNow() returns (int256 answer)',
  'function refuse()',
  'function set(int256 value) returns (int256)',
  'function last() view returns (int256)',
])

export const sourceAbi = parseAbi([
  'function push(int256 answer, uint256 updatedAt) returns (uint80)',
])

/** A source of prices, the guarded feed in front of it, and a contract that quotes by it. */
export interface Market {
  readonly source: Address
  readonly feed: Address
  readonly quoter: Address
}

const zero = '0x0000000000000000000000000000000000000000'
export const heartbeatSeconds = 3_600n

export async function deployMarket(client: Client): Promise<Market> {
  const source = await deploy(client, 'test/freshness/RoundFeed.sol', [8])
  const args = [source, heartbeatSeconds, zero, 0n]
  const feed = await deploy(client, 'contracts/freshness/ChainlinkFeed.sol', args)
  const quoter = await deploy(client, 'test/GuardedQuoter.sol', [ids.double, feed])
  return { source, feed, quoter }
}

async function deploy(client: Client, path: string, args: readonly unknown[]): Promise<Address> {
  const { abi, bytecode } = compile(path)
  const data = encodeDeployData({ abi, bytecode, args })
  const hash = await sendTransaction(client, { account, data, chain: null })
  await waitForTransactionReceipt(client, { hash, pollingInterval: 20 })
  const { contractAddress } = await getTransactionReceipt(client, { hash })
  if (!contractAddress) throw new Error(`${path} was not deployed.`)
  return contractAddress
}

/** The arguments of `quote` from what was seen. */
export const quoteArgs = (seen: Observation) => [[observationToWad(seen)], seen] as const
