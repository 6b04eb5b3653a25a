import { float32, openBare } from '@lockstep/example-volatility/bareRuntime'
import { describe, expect, test } from 'vitest'
import { CLASSES, type Digit, readDigits, SIDE } from '../src/digits.js'
import { FEATURES, type MarketDay, readMarket } from '../src/market.js'
import { readTrained } from '../src/models.js'
import {
  buildLinearClassifier,
  buildLinearRegressor,
  buildTreeClassifier,
  buildTreeRegressor,
} from '../train/build.js'
import { fit } from '../train/digits/fit.js'
import { predict } from '../train/trees/boost.js'

const treeSize = buildTreeRegressor()
const treeRegime = buildTreeClassifier()
const linearSize = buildLinearRegressor()
const linearRegime = buildLinearClassifier()
const { test: held } = readMarket()

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x))

async function answers(name: Parameters<typeof readTrained>[0], days: readonly MarketDay[]) {
  const model = await openBare(await readTrained(name))
  const runs = days.map(({ features }) =>
    model.run({ features: float32(features, [1, FEATURES.length]) }),
  )
  return Promise.all(runs)
}

describe('the training scripts', () => {
  test.each([
    ['tree-size', treeSize],
    ['tree-regime', treeRegime],
    ['linear-size', linearSize],
    ['linear-regime', linearRegime],
  ] as const)('give %s again, byte for byte', async (name, { bytes }) => {
    expect(Buffer.from(bytes).equals(await readTrained(name))).toBe(true)
  })

  // The whole training takes minutes: `npm run train -- --check` repeats it.
  test('train the digit reader the same way each time', () => {
    const few = readDigits().training.filter((_, i) => i % 200 === 0)
    expect(fit(few)).toEqual(fit(few))
  })
})

describe('the digit reader', () => {
  test('reads 97.5 % of the digits that training never saw', async () => {
    const model = await openBare(await readTrained('digits'))
    const read = async ({ pixels }: Digit) => {
      const image = Float32Array.from(pixels, (level) => level / 255)
      const { scores } = await model.run({ image: float32(image, [1, 1, SIDE, SIDE]) })
      const list = [...((scores?.data ?? []) as Float32Array)]
      expect(list).toHaveLength(CLASSES)
      return list.indexOf(Math.max(...list))
    }
    const digits = readDigits().test
    let right = 0
    for (const digit of digits) if ((await read(digit)) === digit.label) right++
    expect(right / digits.length).toBeGreaterThanOrEqual(0.975)
  })
})

describe('the trees', () => {
  test('answer in ONNX Runtime as they did in training', async () => {
    const sizes = await answers('tree-size', held)
    const regimes = await answers('tree-regime', held)
    for (const [i, { features }] of held.entries()) {
      const size = sizes[i]?.size?.data[0] as number
      expect(size).toBeCloseTo(predict(treeSize.boosted, features), 7)
      const score = predict(treeRegime.boosted, features)
      expect(regimes[i]?.probabilities?.data[1]).toBeCloseTo(sigmoid(score), 6)
      expect(regimes[i]?.label?.data[0]).toBe(BigInt(score > 0))
    }
  })

  test('know the next day better than averages of the last 5 and 20 days', async () => {
    const sizes = (await answers('tree-size', held)).map(({ size }) => size?.data[0] as number)
    const error = (forecast: (day: MarketDay, i: number) => number) =>
      held.reduce((sum, day, i) => sum + (forecast(day, i) - day.nextSize) ** 2, 0)
    const trees = error((_, i) => sizes[i] as number)
    expect(trees).toBeLessThan(error(({ features }) => features[8] as number))
    expect(trees).toBeLessThan(error(({ features }) => features[10] as number))
  })

  test('tell rising from falling regimes more often than the commoner of both does', async () => {
    const labels = (await answers('tree-regime', held)).map(({ label }) => label?.data[0])
    const right = held.filter(({ isRising }, i) => labels[i] === BigInt(isRising)).length
    const rising = held.filter(({ isRising }) => isRising).length
    expect(right).toBeGreaterThan(Math.max(rising, held.length - rising))
  })
})

describe('the linear models', () => {
  test('answer in ONNX Runtime as they did in training', async () => {
    const sizes = await answers('linear-size', held)
    const regimes = await answers('linear-regime', held)
    for (const [i, day] of held.entries()) {
      expect(sizes[i]?.size?.data[0]).toBeCloseTo(linearSize.predict(day), 6)
      const score = linearRegime.predict(day)
      expect(regimes[i]?.probabilities?.data[1]).toBeCloseTo(sigmoid(score), 5)
    }
  })
})
