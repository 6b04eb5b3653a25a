import { readFile, writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { guide } from './compile/guide.js'
import { lowerings } from './compile/lowerings.js'
import { rewrites } from './compile/normalise.js'
import { guideTable, operatorTable } from './table.js'

const page = new URL('../../../docs/exact.md', import.meta.url)

// `UPDATE_DOCS=1 npx vitest run precompile/src/exact/table.test.ts` writes them anew.
test.each([
  ['operators', operatorTable],
  ['float operators', guideTable],
])('the documentation holds the table of %s', async (name, table) => {
  const section = new RegExp(`(<!-- ${name} -->\\n)[\\s\\S]*?(<!-- /${name} -->)`)
  const text = await readFile(page, 'utf8')
  const want = text.replace(section, (_, start, end) => `${start}${table()}\n${end}`)
  if (process.env.UPDATE_DOCS) await writeFile(page, want)
  expect(text).toMatch(section)
  expect(await readFile(page, 'utf8')).toBe(want)
})

test('every float operator that is lowered, rewritten or folded is documented, and no other', () => {
  const folded = ['Constant', 'If', 'Shape', 'Size']
  const taken = [...Object.keys(lowerings), ...Object.keys(rewrites), ...folded]
  expect(guide.flatMap(({ operators }) => operators).sort()).toEqual(taken.sort())
})

test('what networks and tabular models are made of can be compiled', () => {
  const networks = `Abs Add ArgMax AveragePool BatchNormalization Clip Concat Conv ConvTranspose Div Equal Erf Exp
    Flatten Gather Gelu Gemm GlobalAveragePool GlobalMaxPool Greater GRU HardSigmoid HardSwish LayerNormalization
    LeakyRelu Less LogSoftmax LSTM MatMul MaxPool Mul Pad Pow PRelu ReduceMax ReduceMean ReduceSum Relu Reshape Resize
    Sigmoid Slice Softmax Sqrt Squeeze Sub Tanh Transpose Unsqueeze Where`
  const tables =
    'LinearClassifier LinearRegressor Scaler TreeEnsembleClassifier TreeEnsembleRegressor'
  const wanted = [
    ...networks.split(/\s+/),
    ...tables.split(' ').map((name) => `ai.onnx.ml.${name}`),
  ]
  const taken = new Set([...Object.keys(lowerings), ...Object.keys(rewrites)])
  expect(wanted.filter((name) => !taken.has(name))).toEqual([])
})
