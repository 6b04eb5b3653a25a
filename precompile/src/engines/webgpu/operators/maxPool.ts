import { windowOf } from '../../../exact/operators/window.js'
import { Dtype, elementCount } from '../../../tensor.js'
import type { Lowering } from './lowering.js'
import { windowPlace } from './window.js'

export const maxPool: Lowering = (context) => {
  const { planner, output, attributes } = context
  const { source, shape, dtype } = context.input(0)
  const [spatial, positions] = [shape.slice(2), output.shape.slice(2)]
  const window = windowOf(attributes, attributes.requiredInts('kernel_shape'))
  const [size, count] = [elementCount(spatial), elementCount(positions)]
  const place = windowPlace(spatial, positions, window, `(i % ${count}u)`, 'place')
  const result = planner.formula(
    {
      count: output.count,
      layout: output.layout,
      body: (emit) => `let start = i / ${count}u * ${size}u;
var largest = ${dtype === Dtype.int8 ? '-128i' : '0i'};
for (var place = 0u; place < ${elementCount(window.kernel)}u; place++) {
  ${place.declare}
  if (${place.isInside}) { largest = max(largest, ${emit.low(0, `start + ${place.offset}`)}); }
}
return largest;`,
    },
    [{ source, reads: 'often' }],
  )
  return [result]
}
