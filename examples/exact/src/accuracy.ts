import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { createWasmEngine } from '@lockstep/precompile'
import { accuracyTable, rows, rowsOf, withTable } from './table.js'

const PAGE = new URL('../../../docs/exact.md', import.meta.url)

const { values } = parseArgs({ options: { only: { type: 'string', multiple: true } } })
const unknown = values.only?.filter((name) => !rows.some((row) => row.name === name)) ?? []
if (unknown.length > 0) {
  const names = rows.map(({ name }) => name).join(', ')
  console.error(`No model is called ${unknown.join(' or ')}. Choose among ${names}.`)
  process.exit(2)
}
const engine = createWasmEngine({ threads: 1 })
try {
  const page = readFileSync(PAGE, 'utf8')
  const measured = rowsOf(page)
  for (const { title, name, measure } of rows) {
    if (values.only && !values.only.includes(name)) continue
    const cells = await measure(engine)
    measured.set(title, cells)
    console.log(cells.join(' | '))
  }
  const known = rows.map(({ title }) => measured.get(title)).filter((cells) => cells !== undefined)
  writeFileSync(PAGE, withTable(page, accuracyTable(known)))
  console.log('docs/exact.md is written.')
} finally {
  await engine.close()
}
