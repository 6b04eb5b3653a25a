import { mkdir, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { createDevnet } from '@lockstep/devnet'
import { connect } from '@lockstep/example-volatility/client'
import { createWasmEngine } from '@lockstep/precompile'
import { deployNumerals, mint, readShades, readSvg, SIDE } from './art.js'

const { values } = parseArgs({
  options: { 'rpc-url': { type: 'string' }, out: { type: 'string' } },
})
const given = values['rpc-url'] ?? process.env.LOCKSTEP_RPC_URL
const devnet = given === undefined ? await createDevnet({ port: 0 }) : undefined
const engine = createWasmEngine({ threads: 1 })
try {
  await run(given ?? (devnet?.url as string))
} finally {
  await engine.close()
  await devnet?.close()
}

async function run(rpcUrl: string): Promise<void> {
  const client = await connect(rpcUrl)
  const { contract, model } = await deployNumerals(client, engine)
  console.log(`Generator   ${model}`)
  console.log(`Collection  ${contract}\n`)
  if (values.out !== undefined) await mkdir(values.out, { recursive: true })
  for (const numeral of [2, 0, 3, 8]) {
    const { token, gasUsed, hash } = await mint(client, contract, numeral)
    console.log(draw(await readShades(client, contract, token)))
    console.log(`#${token}, a ${numeral}: ${gasUsed.toLocaleString('en')} gas in ${hash}\n`)
    if (values.out === undefined) continue
    const file = `${values.out}/${token}.svg`
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
