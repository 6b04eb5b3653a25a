import { afterAll, describe, expect, test } from 'vitest'
import { createWasmEngine } from '../../engines/wasm.js'
import { readModel } from '../../model/index.js'
import { Dtype, type Tensor } from '../../tensor.js'
import {
  chain,
  type Draw,
  drawForest,
  drawRows,
  draws,
  MODES,
  tensorOf,
} from '../../testing/forests.js'
import { compileExact } from '../compile/index.js'
import { numbersOf } from '../compile/numbers.js'
import { readExactGraph } from '../read.js'
import { evaluateExact } from '../reference.js'
import { orderOfFloat } from './feature.js'

const ROWS = 64
const FEATURES = 4
const engine = createWasmEngine({ threads: 1 })
afterAll(() => engine.close())

/** A multiple of an eighth: sums of them are exact in float32, in any order. */
const dyadic = (draw: Draw) => (draw(401) - 200) / 8

/** Both models' answers for the same rows. Reals are those that the integers stand for. */
async function answers(bytes: Uint8Array, x: Tensor) {
  const compiled = await compileExact(bytes, { engine, calibration: [{ x }] })
  const model = readModel(compiled.bytes)
  expect(model.class).toBe('exact')
  const isOrdered = model.encodings?.inputs[0]?.kind === 'ordered'
  const encoded = isOrdered
    ? tensorOf(Dtype.int32, x.shape, Int32Array.from(numbersOf(x), orderOfFloat))
    : { ...x, dtype: Dtype.int32, data: new Uint8Array(Int32Array.from(numbersOf(x)).buffer) }
  const integers = evaluateExact(readExactGraph(compiled.bytes), [encoded])
  const onEngine = await engine.run(model, [encoded])
  expect(onEngine.map(({ data }) => [...data])).toEqual(integers.map(({ data }) => [...data]))
  const exact = integers.map((tensor, i) => {
    const encoding = model.encodings?.outputs[i]
    if (encoding?.kind !== 'linear') return [...numbersOf(tensor)]
    const scale = Number(encoding.numerator) / Number(encoding.denominator)
    return [...numbersOf(tensor)].map((q) => q * scale)
  })
  const float = (await engine.run(readModel(bytes), [x])).map((tensor) => [...numbersOf(tensor)])
  return { exact, float, isOrdered }
}

function expectNear(got: readonly number[], want: readonly number[], tolerance: number): void {
  got.forEach((real, i) => {
    expect(Math.abs(real - (want[i] as number))).toBeLessThanOrEqual(tolerance)
  })
  expect(got).toHaveLength(want.length)
}

function regressor(
  seed: number,
  { modes = MODES as readonly string[], targets = 1, extra = {}, isSparse = false, trees = 7 } = {},
) {
  const draw = draws(seed)
  const forest = drawForest(draw, 'target', {
    trees,
    depth: 5,
    features: FEATURES,
    modes,
    targets: Array.from({ length: targets }, (_, i) => i),
    isSparse,
    weight: dyadic,
  })
  const attributes = { n_targets: BigInt(targets), ...forest.attributes, ...extra }
  const rows = drawRows(draw, ROWS, FEATURES, forest.thresholds)
  return { attributes, rows: tensorOf(Dtype.float32, [ROWS, FEATURES], rows) }
}

describe('trees that add numbers up', () => {
  test.each(MODES)('compare by %s as float32 does', async (mode) => {
    for (let seed = 1; seed <= 6; seed++) {
      const { attributes, rows } = regressor(seed, { modes: [mode] })
      const bytes = chain(ROWS, FEATURES, [{ operator: 'TreeEnsembleRegressor', attributes }], {
        scores: 1,
      })
      const { exact, float, isOrdered } = await answers(bytes, rows)
      expect(isOrdered).toBe(true)
      expect(exact).toEqual(float)
    }
  })

  test.each(['SUM', 'AVERAGE', 'MIN', 'MAX'])('for several targets, by %s', async (name) => {
    for (let seed = 10; seed <= 16; seed++) {
      const extra = { aggregate_function: name, base_values: [0.5, -3, 2 ** -20] }
      const trees = name === 'AVERAGE' ? 8 : 7
      const { attributes, rows } = regressor(seed, { targets: 3, extra, trees })
      const bytes = chain(ROWS, FEATURES, [{ operator: 'TreeEnsembleRegressor', attributes }], {
        scores: 3,
      })
      const { exact, float } = await answers(bytes, rows)
      expect(exact[0]?.map(Math.fround)).toEqual(float[0])
    }
  })

  test('where leaves are silent about some targets', async () => {
    for (let seed = 20; seed <= 26; seed++) {
      const { attributes, rows } = regressor(seed, { targets: 3, isSparse: true })
      const bytes = chain(ROWS, FEATURES, [{ operator: 'TreeEnsembleRegressor', attributes }], {
        scores: 3,
      })
      const { exact, float } = await answers(bytes, rows)
      expect(exact).toEqual(float)
    }
  })

  test.each(['LOGISTIC', 'SOFTMAX'])('and end in %s', async (name) => {
    for (const targets of [1, 3]) {
      const { attributes, rows } = regressor(30 + targets, {
        targets,
        extra: { post_transform: name },
      })
      const bytes = chain(ROWS, FEATURES, [{ operator: 'TreeEnsembleRegressor', attributes }], {
        scores: targets,
      })
      const { exact, float } = await answers(bytes, rows)
      expectNear(exact[0] ?? [], float[0] ?? [], 1e-6)
    }
  })

  test('behind a Scaler, with thresholds that undo it', async () => {
    for (let seed = 40; seed <= 48; seed++) {
      const { attributes, rows } = regressor(seed)
      const draw = draws(seed)
      const scaler = {
        offset: Array.from({ length: FEATURES }, () => Math.fround(dyadic(draw) / 3)),
        scale: Array.from({ length: FEATURES }, () =>
          Math.fround((1 + draw(9)) / (draw(2) ? 7 : -7)),
        ),
      }
      const bytes = chain(
        ROWS,
        FEATURES,
        [
          { operator: 'Scaler', attributes: scaler },
          { operator: 'TreeEnsembleRegressor', attributes },
        ],
        { scores: 1 },
      )
      const { exact, float, isOrdered } = await answers(bytes, rows)
      expect(isOrdered).toBe(true)
      expect(exact).toEqual(float)
    }
  })
})
