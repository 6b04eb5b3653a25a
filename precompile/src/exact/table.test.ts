import { readFile, writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { operatorTable } from './table.js'

const page = new URL('../../../docs/exact.md', import.meta.url)
const SECTION = /(<!-- operators -->\n)[\s\S]*?(\n<!-- \/operators -->)/

test('the documentation holds the table of exact operators', async () => {
  const text = await readFile(page, 'utf8')
  // `UPDATE_DOCS=1 npx vitest run precompile/src/exact/table.test.ts` writes it anew.
  const want = text.replace(SECTION, (_, start, end) => `${start}${operatorTable()}${end}`)
  if (process.env.UPDATE_DOCS) await writeFile(page, want)
  expect(text).toMatch(SECTION)
  expect(await readFile(page, 'utf8')).toBe(want)
})
