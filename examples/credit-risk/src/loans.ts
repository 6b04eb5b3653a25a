import type { MarketDay } from '@lockstep/example-exact/market'
import { tokenAbi } from '@lockstep/example-volatility/abi'
import type { DemoClient } from '@lockstep/example-volatility/client'
import { compile } from '@lockstep/example-volatility/compile'
import { confirm, deployArtifact, execute } from '@lockstep/example-volatility/transaction'
import type { Engine } from '@lockstep/precompile'
import {
  type Address,
  type Hex,
  maxUint256,
  parseAbi,
  parseEther,
  parseEventLogs,
  parseUnits,
} from 'viem'
import { closesUpTo } from './market.js'
import { readScore } from './model.js'

export const loansAbi = parseAbi([
  'event Opened(uint256 indexed id, address indexed borrower, uint256 collateral, uint256 debt, int256 score)',
  'event Repaid(uint256 indexed id)',
  'event Seized(uint256 indexed id, uint256 collateral, uint256 debt)',
  'error NotLender(address caller)',
  'error NotBorrower(address caller)',
  'error TooRisky(int256 score, int256 maxScore)',
  'error TooMuchDebt(uint256 debt, uint256 maxDebt)',
  'error StillCovered(uint256 value, uint256 debt)',
  'error TooFewCloses(uint256 have, uint256 need)',
  'error ZeroPrice()',
  'function MAX_SCORE() view returns (int256)',
  'function pushCloses(uint64[] closes)',
  'function features() view returns (int256[])',
  'function score() view returns (int256)',
  'function valueOf(uint256 collateral) view returns (uint256)',
  'function open(uint256 collateral, uint256 debt) returns (uint256 id)',
  'function repay(uint256 id)',
  'function seize(uint256 id)',
])

const SUPPLY = parseEther('1000000000')
const LENT = parseEther('100000000')
/** Closes that the contract keeps. */
export const KEPT = 61

/** Where the loans live. */
export interface Loans {
  readonly model: Hex
  readonly contract: Address
  readonly collateral: Address
  readonly dollar: Address
}

/** Deploys the score, two tokens and the loans, with dollars to lend. */
export async function deployLoans(client: DemoClient, engine: Engine): Promise<Loans> {
  const { id: model } = await client.inference.deployModelSync({ bytes: await readScore(engine) })
  const { DemoToken } = compile(
    new URL('.', import.meta.resolve('@lockstep/example-volatility/contracts/DemoToken.sol')),
    ['DemoToken'],
  )
  const { CollateralLoans } = compile(new URL('../contracts/', import.meta.url), [
    'CollateralLoans',
  ])
  const collateral = await deployArtifact(client, DemoToken, ['Index', 'IDX', SUPPLY])
  const dollar = await deployArtifact(client, DemoToken, ['Dollar', 'USD', SUPPLY])
  const contract = await deployArtifact(client, CollateralLoans, [model, collateral, dollar])
  for (const address of [collateral, dollar]) {
    const approval = { address, abi: tokenAbi, functionName: 'approve' } as const
    await confirm(client, await client.writeContract({ ...approval, args: [contract, maxUint256] }))
  }
  const transfer = { address: dollar, abi: tokenAbi, functionName: 'transfer' } as const
  await confirm(client, await client.writeContract({ ...transfer, args: [contract, LENT] }))
  return { model, contract, collateral, dollar }
}

/** Lets the contract know of the closes up to a day. @param count how many of them are new to it */
export async function pushCloses(
  client: DemoClient,
  { contract }: Loans,
  day: Pick<MarketDay, 'date'>,
  count = KEPT,
): Promise<void> {
  const closes = closesUpTo(day, count).map((close) => parseUnits(close.toFixed(6), 6))
  await execute(client, {
    address: contract,
    abi: loansAbi,
    functionName: 'pushCloses',
    args: [closes],
  })
}

/** What came of a transaction that asked for a loan. */
export interface Opened {
  readonly id: bigint
  readonly score: bigint
  readonly gasUsed: bigint
}

/** Asks for a loan. */
export async function openLoan(
  client: DemoClient,
  { contract }: Loans,
  terms: { readonly collateral: bigint; readonly debt: bigint },
): Promise<Opened> {
  const { logs, gasUsed } = await execute(client, {
    address: contract,
    abi: loansAbi,
    functionName: 'open',
    args: [terms.collateral, terms.debt],
  })
  const [opened] = parseEventLogs({ abi: loansAbi, eventName: 'Opened', logs, strict: true })
  return { ...(opened?.args as { id: bigint; score: bigint }), gasUsed }
}
