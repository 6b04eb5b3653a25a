import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { createWasmEngine } from '@lockstep/precompile'
import { cases } from './cases/index.js'
import { accuracyRow, accuracyTable, rowsOf, withTable } from './table.js'

const PAGE = new URL('../../../docs/exact.md', import.meta.url)

const { values } = parseArgs({ options: { only: { type: 'string', multiple: true } } })
const unknown = values.only?.filter((name) => !cases.some((one) => one.name === name)) ?? []
if (unknown.length > 0) {
  const names = cases.map(({ name }) => name).join(', ')
  console.error(`No model is called ${unknown.join(' or ')}. Choose among ${names}.`)
  process.exit(2)
}
const engine = createWasmEngine({ threads: 1 })
try {
  const page = readFileSync(PAGE, 'utf8')
  const rows = rowsOf(page)
  for (const one of cases) {
    if (values.only && !values.only.includes(one.name)) continue
    const row = await accuracyRow(one, engine)
    rows.set(one.title, row)
    console.log(row.join(' | '))
  }
  const known = cases.map(({ title }) => rows.get(title)).filter((row) => row !== undefined)
  writeFileSync(PAGE, withTable(page, accuracyTable(known)))
  console.log('docs/exact.md is written.')
} finally {
  await engine.close()
}
