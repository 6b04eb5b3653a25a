import type { Tensor } from '../../tensor.js'

/** Whether two answers are the same, byte for byte. Types and shapes have been checked. */
export function sameTensors(a: readonly Tensor[], b: readonly Tensor[]): boolean {
  return a.length === b.length && a.every(({ data }, i) => sameBytes(data, b[i]?.data))
}

function sameBytes(a: Uint8Array, b: Uint8Array | undefined): boolean {
  return b !== undefined && Buffer.compare(a, b) === 0
}
