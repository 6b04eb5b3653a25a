import type { DemoClient } from '@lockstep/example-volatility/client'
import { compile } from '@lockstep/example-volatility/compile'
import { confirm, deployArtifact } from '@lockstep/example-volatility/transaction'
import { type Compiled, compileExact, type Engine } from '@lockstep/precompile'
import { type Address, type Hex, type Log, parseAbi, parseEther, parseEventLogs, toHex } from 'viem'
import { digits } from './cases/digits.js'
import type { ExactCase } from './cases/index.js'
import { treeSize } from './cases/market.js'
import { volatility } from './cases/volatility.js'

export const exactModelsAbi = parseAbi([
  'event DigitRead(uint256 digit)',
  'event ReturnSized(int256 trees)',
  'event VolatilityPredicted(int256 daily)',
  'error WrongPicture(uint256 pixels)',
  'function readDigit(bytes picture) returns (uint256 digit)',
  'function sizeReturn(int256[] features) returns (int256 size)',
  'function predictVolatility(int256[] returns_) returns (int256 daily)',
])

/** A compiled model that the chain knows. */
export interface DeployedModel {
  readonly id: Hex
  readonly title: string
  readonly report: Compiled['report']
}

export interface ExactDemo {
  readonly contract: Address
  readonly models: readonly DeployedModel[]
}

/** Compiles three models, deploys them, and deploys the contract that asks them. */
export async function deployExactDemo(client: DemoClient, engine: Engine): Promise<ExactDemo> {
  const models: DeployedModel[] = []
  for (const one of [digits, treeSize, volatility]) {
    models.push(await deployCase(client, one, engine))
  }
  const { ExactModels } = compile(new URL('../contracts/', import.meta.url), ['ExactModels'])
  const ids = models.map(({ id }) => id)
  return { contract: await deployArtifact(client, ExactModels, ids), models }
}

async function deployCase(
  client: DemoClient,
  one: ExactCase,
  engine: Engine,
): Promise<DeployedModel> {
  const calibration = one.calibrate()
  const { bytes, report } = await compileExact(await one.read(), {
    ...one.options,
    calibration,
    engine,
  })
  const { id } = await client.inference.deployModelSync({ bytes })
  return { id, title: one.title, report }
}

/** One answer from a mined transaction. */
export interface Answered {
  readonly hash: Hex
  readonly gasUsed: bigint
  /** What the event holds: a digit, or a fraction with 18 decimals. */
  readonly answer: bigint
}

/** @param pixels Grey levels, 784 of them. */
export function readDigit(client: DemoClient, contract: Address, pixels: Uint8Array) {
  return send(client, { address: contract, functionName: 'readDigit', args: [toHex(pixels)] })
}

/** @param features Fractions, as the model was trained on. */
export function sizeReturn(client: DemoClient, contract: Address, features: Iterable<number>) {
  return send(client, { address: contract, functionName: 'sizeReturn', args: [wads(features)] })
}

/** @param returns Eight daily returns. */
export function predictVolatility(
  client: DemoClient,
  contract: Address,
  returns: Iterable<number>,
) {
  const args = [wads(returns)] as const
  return send(client, { address: contract, functionName: 'predictVolatility', args })
}

type Call = { readonly address: Address } & (
  | { readonly functionName: 'readDigit'; readonly args: readonly [Hex] }
  | {
      readonly functionName: 'sizeReturn' | 'predictVolatility'
      readonly args: readonly [readonly bigint[]]
    }
)

async function send(client: DemoClient, call: Call): Promise<Answered> {
  const hash = await client.writeContract({ abi: exactModelsAbi, ...call } as Parameters<
    typeof client.writeContract
  >[0])
  const { gasUsed, logs } = await confirm(client, hash)
  return { hash, gasUsed, answer: answerOf(logs) }
}

function answerOf(logs: readonly Log[]): bigint {
  const [event] = parseEventLogs({ abi: exactModelsAbi, logs: [...logs], strict: true })
  const [answer = 0n] = Object.values(event?.args ?? {}) as bigint[]
  return answer
}

function wads(numbers: Iterable<number>): readonly bigint[] {
  return Array.from(numbers, (number) => parseEther(number.toFixed(18)))
}
