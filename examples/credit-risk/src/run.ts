import { connect } from '@lockstep/example-volatility/client'
import { onDevnet } from '@lockstep/example-volatility/onDevnet'
import { createWasmEngine } from '@lockstep/precompile'
import { fromWad } from '@lockstep/sdk'
import { BaseError, ContractFunctionRevertedError, parseEther } from 'viem'
import { deployLoans, loansAbi, openLoan, pushCloses } from './loans.js'
import { closesUpTo, deepestFall, goesUnder, readLoanDays } from './market.js'

const FROM = '2020-02-05'
const EVERY = 3

const engine = createWasmEngine({ threads: 1 })
try {
  await onDevnet(run)
} finally {
  await engine.close()
}

/** The weeks in which the market of 2020 turned. */
async function run(rpcUrl: string): Promise<void> {
  const client = await connect(rpcUrl)
  const loans = await deployLoans(client, engine)
  console.log(`Score     ${loans.model}, exact`)
  console.log(`Contract  ${loans.contract}\n`)
  console.log(row(['date', 'close', 'odds of loss', 'loan', 'fell within ten days']))
  const days = readLoanDays().test.filter(({ date }) => date >= FROM)
  for (const day of days.filter((_, i) => i % EVERY === 0)) {
    await pushCloses(client, loans, day)
    const score = await client.readContract({
      address: loans.contract,
      abi: loansAbi,
      functionName: 'score',
    })
    const [close = 0] = closesUpTo(day, 1)
    const collateral = parseEther('1')
    const debt = (parseEther(close.toFixed(6)) * 95n) / 100n
    const answer = await openLoan(client, loans, { collateral, debt }).then(
      ({ gasUsed }) => `open, ${gasUsed.toLocaleString('en')} gas`,
      (error: unknown) => reasonOf(error),
    )
    const fell = `${(100 * deepestFall(day)).toFixed(1)} %${goesUnder(day) ? ', a loss' : ''}`
    console.log(row([day.date, close.toFixed(2), percent(score), answer, fell]))
  }
}

/** The name of the contract's error. */
function reasonOf(error: unknown): string {
  const revert =
    error instanceof BaseError
      ? error.walk((cause) => cause instanceof ContractFunctionRevertedError)
      : undefined
  if (!(revert instanceof ContractFunctionRevertedError)) throw error
  return revert.data?.errorName ?? 'refused'
}

function percent(score: bigint): string {
  return `${(100 / (1 + Math.exp(-Number(fromWad(score))))).toFixed(1)} %`
}

function row(cells: readonly string[]): string {
  const widths = [10, 8, 12, 18, 20]
  return cells.map((cell, i) => cell.padStart(widths[i] ?? 0)).join('  ')
}
