import { bytesPerElement, elementCount, type Tensor } from '@lockstep/precompile'
import type { Divergence, ElementPlace } from './divergence.js'
import { elementBits, elementText } from './element.js'

/** What differs between two lists of tensors. */
export type TensorDifference = Pick<Divergence, 'recorded' | 'executed'> & {
  readonly element?: ElementPlace
}

/**
 * The first difference between tensors that were recorded and those that came out, bit for bit.
 * @param names of the tensors in the graph, where they are known.
 * @returns undefined where there is none.
 */
export function compareTensors(
  recorded: readonly Tensor[],
  executed: readonly Tensor[],
  names: readonly string[] = [],
): TensorDifference | undefined {
  if (recorded.length !== executed.length) {
    return { recorded: `${recorded.length} tensors`, executed: `${executed.length} tensors` }
  }
  for (const [index, left] of recorded.entries()) {
    const right = executed[index] as Tensor
    if (kindOf(left) !== kindOf(right)) return { recorded: kindOf(left), executed: kindOf(right) }
    if (Buffer.compare(left.data, right.data) === 0) continue
    return elementDifference(left, right, index, names[index])
  }
  return undefined
}

function kindOf({ dtype, shape }: Tensor): string {
  return `element type ${dtype}, shape [${shape.join(', ')}]`
}

function elementDifference(
  left: Tensor,
  right: Tensor,
  tensor: number,
  name: string | undefined,
): TensorDifference {
  const width = bytesPerElement(left.dtype)
  const differing: number[] = []
  for (let index = 0; index < elementCount(left.shape); index++) {
    const [from, to] = [index * width, (index + 1) * width]
    if (Buffer.compare(left.data.subarray(from, to), right.data.subarray(from, to)) !== 0) {
      differing.push(index)
    }
  }
  const index = differing[0] ?? 0
  return {
    recorded: elementText(left, index),
    executed: elementText(right, index),
    element: {
      tensor,
      ...(name !== undefined && { name }),
      index,
      differing: differing.length,
      recordedBits: elementBits(left, index),
      executedBits: elementBits(right, index),
    },
  }
}
