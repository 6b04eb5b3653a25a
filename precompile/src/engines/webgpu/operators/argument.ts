import { axisOf } from '../../../exact/operators/axes.js'
import { stridesOf } from '../../../exact/operators/strided.js'
import { isWide } from '../source.js'
import { stridedIndex } from '../strided.js'
import { converted } from './elementwise.js'
import type { Lowering } from './lowering.js'

/** Finds where along an axis an extreme stands first. */
function argument(word: 'max' | 'min'): Lowering {
  return (context) => {
    const { planner, output } = context
    const { source, shape } = context.input(0)
    const axis = axisOf(context.attributes.int('axis', 0), shape)
    const strides = stridesOf(shape)
    const start = stridedIndex('i', shape.with(axis, 1), strides)
    const onWide = isWide(source)
    const result = planner.formula(
      {
        count: output.count,
        layout: output.layout,
        body(emit) {
          const read = (index: string) => (onWide ? emit.wide(0, index) : emit.low(0, index))
          const [less, more] = word === 'max' ? ['champion', 'value'] : ['value', 'champion']
          const isBetter = onWide ? `${emit.use('less64')}(${less}, ${more})` : `${less} < ${more}`
          return `let start = ${start};
var champion = ${read('start')};
var best = 0i;
for (var k = 1u; k < ${shape[axis]}u; k++) {
  let value = ${read(`start + k * ${strides[axis]}u`)};
  if (${isBetter}) {
    champion = value;
    best = i32(k);
  }
}
return ${converted('best', false, output.layout, emit)};`
        },
      },
      [{ source, reads: 'once' }],
    )
    return [result]
  }
}

export const argMax = argument('max')
export const argMin = argument('min')
