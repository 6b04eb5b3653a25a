import { describe, expect, test } from 'vitest'
import { readModel } from '../model/index.js'
import { Dtype } from '../tensor.js'
import { elementwise, node, onnx, value } from '../testing/onnx.js'
import { NotExactError } from './errors.js'
import { readExactGraph } from './read.js'

const sum = onnx({
  nodes: [node('Add', ['a', 'b'], ['y'])],
  inputs: [value('a', Dtype.int32, [2]), value('b', Dtype.int32, [2])],
  outputs: [value('y', Dtype.int32, [2])],
})

describe('the class of a model', () => {
  test('is pinned for a float graph, and says where', () => {
    const model = readModel(elementwise('Sqrt', Dtype.float32))
    expect(model.class).toBe('pinned')
    expect(model.inexact).toMatchObject({ operator: 'Sqrt' })
  })

  test('is pinned where a sum of two int32 may overflow', () => {
    expect(readModel(sum).inexact?.reason).toMatch(/the sum may be anything from -4294967296 to/)
    expect(() => readExactGraph(sum)).toThrow(NotExactError)
  })
})
