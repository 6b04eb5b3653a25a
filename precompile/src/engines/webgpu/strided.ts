import type { Shape } from '../../tensor.js'

/** One or more neighbouring axes that are walked like one. */
interface Run {
  size: number
  stride: number
  /** Elements of the result that lie between two steps. */
  readonly every: number
}

/**
 * WGSL for where an element of a box lies, in the fewest divisions: neighbouring axes are merged.
 * @param index - WGSL of the element's number in row-major order, a `u32`.
 * @param shape - Of the box; not empty.
 * @param strides - How far a step along each axis leads; 0 or negative as well.
 * @param start - WGSL of where the first element lies.
 */
export function stridedIndex(
  index: string,
  shape: Shape,
  strides: readonly number[],
  start = '',
): string {
  const runs = mergeAxes(shape, strides)
  const terms = runs.flatMap((run, i) => (run.stride === 0 ? [] : term(index, run, i === 0)))
  if (start !== '') terms.push(start)
  if (terms.length === 0) return '0u'
  return terms.length === 1 ? (terms[0] as string) : `(${terms.join(' + ')})`
}

/** Outermost first. */
function mergeAxes(shape: Shape, strides: readonly number[]): readonly Run[] {
  const runs: Run[] = []
  let every = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis] as number
    const stride = strides[axis] as number
    const inner = runs[0]
    if (size === 1) continue
    if (inner && inner.stride * inner.size === stride) inner.size *= size
    else runs.unshift({ size, stride, every })
    every *= size
  }
  return runs
}

function term(index: string, { size, stride, every }: Run, isOutermost: boolean): string {
  const steps = coordinate(index, every, isOutermost ? undefined : size)
  // Negative steps wrap around: arithmetic on u32 is modulo 2^32.
  return stride === 1 ? steps : `${steps} * ${stride >>> 0}u`
}

/** WGSL for one coordinate of an element. @param size - Undefined for the outermost axis. */
export function coordinate(index: string, every: number, size: number | undefined): string {
  const divided = every === 1 ? index : `(${index} / ${every}u)`
  return size === undefined ? divided : `(${divided} % ${size}u)`
}
