import { GpuUnavailableError } from '../engines/webgpu/errors.js'
import { type Gpu, openGpu } from '../engines/webgpu/gpu.js'
import { BaseError } from '../errors.js'

/** Where this names a driver a GPU is promised: one that does not appear is a failure, not a machine without one. */
const PROMISE = 'VK_ICD_FILENAMES'

/**
 * The GPU of this machine, an emulated one included.
 * @returns undefined on a machine without one, where tests that need it are skipped.
 */
export async function findGpu(): Promise<Gpu | undefined> {
  try {
    return await openGpu({ allowSoftware: true })
  } catch (error) {
    if (!(error instanceof GpuUnavailableError)) throw error
    if (process.env[PROMISE]) throw new MissingGpuError(error)
    console.warn(`Skipped: ${error.message}. Get one with: eval "$(bash .ci/swiftshader)"`)
    return undefined
  }
}

class MissingGpuError extends BaseError {
  override readonly name = 'MissingGpuError'

  constructor(cause: GpuUnavailableError) {
    super(`${PROMISE} is set, but there is no GPU: ${cause.message}.`, {
      remedy: 'Print the right environment with `bash .ci/swiftshader`.',
      cause,
    })
  }
}
