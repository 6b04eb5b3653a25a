import { mkdir, writeFile } from 'node:fs/promises'
import { connect } from '@lockstep/example-volatility/client'
import { onDevnet } from '@lockstep/example-volatility/onDevnet'
import { createWasmEngine } from '@lockstep/precompile'
import { deployNumerals, mint, readShades, readSvg, SIDE } from './art.js'

const engine = createWasmEngine({ threads: 1 })
try {
  await onDevnet(run, ['out'])
} finally {
  await engine.close()
}

async function run(rpcUrl: string, { out }: { readonly out?: string }): Promise<void> {
  const client = await connect(rpcUrl)
  const { contract, model } = await deployNumerals(client, engine)
  console.log(`Generator   ${model}`)
  console.log(`Collection  ${contract}\n`)
  if (out !== undefined) await mkdir(out, { recursive: true })
  for (const numeral of [2, 0, 3, 8]) {
    const { token, gasUsed, hash } = await mint(client, contract, numeral)
    console.log(draw(await readShades(client, contract, token)))
    console.log(`#${token}, a ${numeral}: ${gasUsed.toLocaleString('en')} gas in ${hash}\n`)
    if (out === undefined) continue
    const file = `${out}/${token}.svg`
    await writeFile(file, await readSvg(client, contract, token))
    console.log(`written to ${file}\n`)
  }
}

/** Every second row: a letter is twice as high as wide. */
function draw(shades: Uint8Array): string {
  const rows = Array.from({ length: SIDE / 2 }, (_, y) =>
    Array.from(shades.subarray(2 * y * SIDE, (2 * y + 1) * SIDE), (shade) => ' .o#'[shade]).join(
      '',
    ),
  )
  return rows.filter((row) => row.trim() !== '').join('\n')
}
