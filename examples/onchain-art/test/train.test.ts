import { readFile } from 'node:fs/promises'
import { readDigits } from '@lockstep/example-exact/digits'
import { createRandom } from '@lockstep/example-volatility/random'
import { readModel } from '@lockstep/precompile'
import { expect, test } from 'vitest'
import { initialParameters, type LayerName, layers, PARAMETERS } from '../train/network.js'
import { createPass } from '../train/pass.js'

test('slopes are what the loss does when a parameter moves', () => {
  const { training } = readDigits()
  const sample = { ink: Float64Array.from(training[0]?.pixels ?? [], (p) => p / 255), label: 0 }
  const parameters = initialParameters(createRandom(3))
  const lossAt = (slopes = new Float64Array(PARAMETERS)) => {
    // The same noise each time.
    const random = createRandom(11)
    return createPass(() => 2 * random() - 1).learn(layers(parameters), layers(slopes), sample)
  }
  const slopes = new Float64Array(PARAMETERS)
  lossAt(slopes)
  const step = 1e-5
  for (const [name, view] of Object.entries(layers(slopes))) {
    // Where the slope is steepest, the difference is the most exact.
    const steepest = view.reduce(
      (best, slope, i) => (Math.abs(slope) > Math.abs(view[best] as number) ? i : best),
      0,
    )
    const layer = layers(parameters)[name as LayerName]
    const at = layer[steepest] as number
    layer[steepest] = at + step
    const above = lossAt()
    layer[steepest] = at - step
    const below = lossAt()
    layer[steepest] = at
    expect((above - below) / (2 * step) / (view[steepest] as number), name).toBeCloseTo(1, 4)
  }
})

test('the committed generator takes a handwriting and gives ink', async () => {
  const model = readModel(await readFile(new URL('../model/numerals.onnx', import.meta.url)))
  expect(model.inputs.map(({ name, shape }) => [name, shape])).toEqual([['hand', [1, 14]]])
  expect(model.outputs.map(({ name, shape }) => [name, shape])).toEqual([['ink', [1, 784]]])
})
