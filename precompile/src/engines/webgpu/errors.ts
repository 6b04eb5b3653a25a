import { BaseError } from '../../errors.js'

/** This machine has no GPU that can be used, or not the package that reaches it. */
export class GpuUnavailableError extends BaseError {
  override readonly name = 'GpuUnavailableError'
}

/** The GPU failed: it was lost, ran out of memory, or its driver refused a kernel. */
export class GpuFaultError extends BaseError {
  override readonly name = 'GpuFaultError'
}

/** This model, or these inputs, cannot be run on this GPU. */
export class GpuUnfitError extends BaseError {
  override readonly name = 'GpuUnfitError'
}
