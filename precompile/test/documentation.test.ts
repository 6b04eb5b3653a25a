import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { admittedOperators } from '../src/model/index.js'

test('the documentation lists exactly the operators that are admitted', async () => {
  const text = await readFile(new URL('../../docs/models.md', import.meta.url), 'utf8')
  const [, section = ''] = /## Operators\n([\s\S]*?)\n## /.exec(text) ?? []
  const [standard = '', ml = ''] = section.split('Of `ai.onnx.ml`:')
  const names = (part: string) => [...part.matchAll(/`([A-Z]\w*)`/g)].map(([, name]) => name)
  const listed = [...names(standard), ...names(ml).map((name) => `ai.onnx.ml.${name}`)]
  // A constant is read as a weight, so it is in no table.
  expect(listed.sort()).toEqual(['Constant', ...Object.keys(admittedOperators)].sort())
})
