import { LRUCache } from 'lru-cache'
import type { Model } from '../../model/model.js'
import type { Dtype, Shape, Tensor } from '../../tensor.js'

/** What an output of a run has to be, whatever its elements are. */
export interface Expectation {
  readonly name: string
  readonly dtype: Dtype
  readonly shape: Shape
}

const KEPT = 256

/** Types and shapes of what models give, each inferred once for the shapes that they are given. */
export class Expectations {
  readonly #known = new LRUCache<string, readonly Expectation[]>({ max: KEPT })

  of(model: Model, inputs: readonly Tensor[]): readonly Expectation[] {
    const key = `${model.id}:${inputs.map(({ shape }) => shape.join()).join(';')}`
    const known = this.#known.get(key)
    if (known) return known
    const { outputShapes } = model.evaluate(inputs.map(({ shape }) => shape))
    const expected = model.outputs.map(({ name, dtype }, i) => ({
      name,
      dtype,
      shape: outputShapes[i] as Shape,
    }))
    this.#known.set(key, expected)
    return expected
  }
}
