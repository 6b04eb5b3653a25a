import { fromWad } from '@lockstep/sdk'
import { connect } from './client.js'
import { deployVolatilityDemo } from './deploy.js'
import { type Day, driveEpisode, EPISODES } from './drive.js'
import { onDevnet } from './onDevnet.js'
import { readDailyPrices } from './prices.js'

await onDevnet(run)

async function run(rpcUrl: string): Promise<void> {
  const client = await connect(rpcUrl)
  const demo = await deployVolatilityDemo({ rpcUrl })
  console.log(`Node      ${rpcUrl}`)
  console.log(`Model     ${demo.modelId}`)
  console.log(`Contract  ${demo.contractAddress}\n`)

  const prices = readDailyPrices()
  const summary: string[] = []
  for (const episode of EPISODES) {
    console.log(`${episode.name}: ${episode.from} to ${episode.to}, a swap of 1,000 dollars a day`)
    console.log(row(['date', 'close', 'predicted', 'realised', 'fee', 'index out', 'gas', 'tx']))
    const days: Day[] = []
    for await (const day of driveEpisode(client, demo, prices, episode)) {
      days.push(day)
      console.log(row(cells(day)))
    }
    console.log()
    const volatility = mean(days.map((day) => Number(fromWad(day.volatility))))
    const realised = mean(days.map((day) => day.realised))
    const fee = mean(days.map((day) => day.feePips))
    summary.push(
      `${episode.name}: predicted ${percent(volatility)} a day, realised ${percent(realised)}, fee ${pips(fee)}`,
    )
  }
  console.log(summary.join('; '))
}

function cells(day: Day): string[] {
  return [
    day.date,
    day.close.toFixed(2),
    percent(Number(fromWad(day.volatility))),
    percent(day.realised),
    pips(day.feePips),
    Number(fromWad(day.amountOut)).toFixed(6),
    day.gasUsed.toLocaleString('en'),
    `${day.hash.slice(0, 10)}…`,
  ]
}

function row(cells: readonly string[]): string {
  const widths = [10, 8, 9, 8, 7, 9, 8, 11]
  return cells.map((cell, i) => cell.padStart(widths[i] ?? 0)).join('  ')
}

function percent(fraction: number): string {
  return `${(100 * fraction).toFixed(2)} %`
}

function pips(value: number): string {
  return `${(value / 10_000).toFixed(3)} %`
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
