import { connect } from '@lockstep/example-volatility/client'
import { onDevnet } from '@lockstep/example-volatility/onDevnet'
import { readDailyPrices, simpleReturns, WINDOW } from '@lockstep/example-volatility/prices'
import { createWasmEngine } from '@lockstep/precompile'
import { fromWad } from '@lockstep/sdk'
import {
  type Answered,
  deployExactDemo,
  predictVolatility,
  readDigit,
  sizeReturn,
} from './deploy.js'
import { readDigits, SIDE } from './digits.js'
import { readMarket } from './market.js'

const engine = createWasmEngine({ threads: 1 })
try {
  await onDevnet(run)
} finally {
  await engine.close()
}

async function run(rpcUrl: string): Promise<void> {
  const client = await connect(rpcUrl)
  const { contract, models } = await deployExactDemo(client, engine)
  for (const { id, title, report } of models) {
    console.log(`${title}: ${report.before.bytes} → ${report.after.bytes} bytes, exact, ${id}`)
  }
  console.log(`Contract ${contract}\n`)

  const { test } = readDigits()
  for (const digit of test.filter((_, i) => i % 400 === 0)) {
    const answer = await readDigit(client, contract, digit.pixels)
    console.log(draw(digit.pixels))
    print(`read ${answer.answer}, is ${digit.label}`, answer)
  }
  const days = readMarket().test
  const day = days.at(-1)
  if (day) {
    const answer = await sizeReturn(client, contract, day.features)
    print(`${day.date}: trees expect ±${percent(answer)}, came ±${fraction(day.nextSize)}`, answer)
  }
  const closes = readDailyPrices().map(({ close }) => close)
  const answer = await predictVolatility(client, contract, simpleReturns(closes).slice(-WINDOW))
  print(`volatility of the coming days ${percent(answer)}`, answer)
}

/** Every second row and column. */
function draw(pixels: Uint8Array): string {
  const shades = ' .:*#'
  const rows = Array.from({ length: SIDE / 2 }, (_, y) =>
    Array.from({ length: SIDE / 2 }, (__, x) => {
      const level = pixels[2 * y * SIDE + 2 * x] as number
      return (shades[Math.floor((level * shades.length) / 256)] as string).repeat(2)
    }).join(''),
  )
  return rows.filter((row) => row.trim() !== '').join('\n')
}

function print(text: string, { gasUsed, hash }: Answered): void {
  console.log(`${text.padEnd(60)} ${gasUsed.toLocaleString('en')} gas  ${hash.slice(0, 10)}…\n`)
}

function percent({ answer }: Answered): string {
  return fraction(Number(fromWad(answer)))
}

function fraction(part: number): string {
  return `${(100 * part).toFixed(3)} %`
}
