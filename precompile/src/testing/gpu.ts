import { GpuUnavailableError } from '../engines/webgpu/errors.js'
import { type Gpu, openGpu } from '../engines/webgpu/gpu.js'
import { BaseError } from '../errors.js'

/** Environment in which a GPU is promised: one that does not appear is a failure, not a machine without one. */
const PROMISES = ['VK_ICD_FILENAMES', 'LOCKSTEP_SWIFTSHADER'] as const

/**
 * The GPU of this machine, an emulated one included.
 * @returns undefined on a machine without one, where tests that need it are skipped.
 */
export async function findGpu(): Promise<Gpu | undefined> {
  try {
    return await openGpu({ allowSoftware: true })
  } catch (error) {
    if (!(error instanceof GpuUnavailableError)) throw error
    const promise = PROMISES.find((name) => process.env[name])
    if (promise) throw new MissingGpuError(promise, error)
    console.warn(`Skipped: ${error.message}. Get one with: eval "$(bash .ci/swiftshader)"`)
    return undefined
  }
}

class MissingGpuError extends BaseError {
  override readonly name = 'MissingGpuError'

  constructor(promise: string, cause: GpuUnavailableError) {
    super(`${promise} is set, but there is no GPU: ${cause.message}.`, {
      remedy: 'Print the right environment with `bash .ci/swiftshader`.',
      cause,
    })
  }
}
