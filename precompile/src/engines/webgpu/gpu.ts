/// <reference types="@webgpu/types" />
import { LRUCache } from 'lru-cache'
import { GpuFaultError, GpuUnavailableError } from './errors.js'
import type { Dialect } from './library.js'
import { PARAMETER_WORDS } from './writer.js'

export interface GpuOptions {
  /** Takes a GPU that the driver emulates on the CPU, too. */
  readonly allowSoftware?: boolean
}

/** Kernels that a device keeps compiled. */
const KEPT_PIPELINES = 4096

/** An open device, with all that models on it share. */
export class Gpu {
  readonly layout: GPUBindGroupLayout
  readonly #pipelineLayout: GPUPipelineLayout
  readonly #pipelines = new LRUCache<string, Promise<GPUComputePipeline>>({ max: KEPT_PIPELINES })
  #lost: GpuFaultError | undefined

  constructor(
    /** Dawn lives as long as this object. */
    readonly api: GPU,
    readonly device: GPUDevice,
    readonly description: string,
    readonly dialect: Dialect = dialectOf(api),
  ) {
    const visibility = 0x4 // GPUShaderStage.COMPUTE; the names are globals of browsers.
    this.layout = device.createBindGroupLayout({
      entries: [
        { binding: 0, visibility, buffer: { type: 'read-only-storage' } },
        { binding: 1, visibility, buffer: { type: 'storage' } },
        {
          binding: 2,
          visibility,
          buffer: { type: 'uniform', hasDynamicOffset: true, minBindingSize: 4 * PARAMETER_WORDS },
        },
      ],
    })
    this.#pipelineLayout = device.createPipelineLayout({ bindGroupLayouts: [this.layout] })
    void device.lost.then(({ message, reason }) => {
      this.#lost = new GpuFaultError(`the device was lost (${reason}): ${message}`)
    })
  }

  /** Bytes that one buffer of a model may take. */
  get maxBytes(): number {
    const { maxBufferSize, maxStorageBufferBindingSize } = this.device.limits
    return Math.min(maxBufferSize, maxStorageBufferBindingSize)
  }

  /** Rejects when the device is lost before the work is done. */
  async whileHeld<T>(work: Promise<T>): Promise<T> {
    const lost = this.device.lost.then(({ message, reason }): never => {
      throw new GpuFaultError(`the device was lost (${reason}): ${message}`)
    })
    return Promise.race([work, lost])
  }

  /**
   * Does something with the device, and waits for what the device says of it.
   * @throws GpuFaultError when it was refused, out of memory, or the device is lost.
   */
  async checked<T>(work: () => T | Promise<T>): Promise<T> {
    if (this.#lost) throw this.#lost
    const { device } = this
    for (const filter of FILTERS) device.pushErrorScope(filter)
    let result: T
    try {
      result = await this.whileHeld(Promise.resolve(work()))
    } catch (cause) {
      for (const _ of FILTERS) device.popErrorScope().catch(() => {})
      if (cause instanceof GpuFaultError) throw cause
      throw new GpuFaultError(`the device failed: ${String(cause)}`, { cause })
    }
    const errors = await this.whileHeld(Promise.all(FILTERS.map(() => device.popErrorScope())))
    const error = errors.find((each) => each !== null)
    if (error) throw new GpuFaultError(`the device refused: ${error.message}`)
    return result
  }

  /** The kernel of a text, compiled once. */
  pipeline(code: string): Promise<GPUComputePipeline> {
    let pipeline = this.#pipelines.get(code)
    if (!pipeline) {
      const module = this.device.createShaderModule({ code })
      pipeline = this.device.createComputePipelineAsync({
        layout: this.#pipelineLayout,
        compute: { module, entryPoint: 'main' },
      })
      this.#pipelines.set(code, pipeline)
    }
    return pipeline
  }

  /** Ends the device. Runs on it reject. */
  destroy(): void {
    this.device.destroy()
  }
}

function dialectOf({ wgslLanguageFeatures }: GPU): Dialect {
  return { hasPackedDot: wgslLanguageFeatures.has('packed_4x8_integer_dot_product') }
}

const FILTERS: readonly GPUErrorFilter[] = ['validation', 'out-of-memory', 'internal']

/**
 * Opens the first GPU of this machine.
 * @throws GpuUnavailableError
 */
export async function openGpu({ allowSoftware = false }: GpuOptions = {}): Promise<Gpu> {
  const api = await loadApi()
  const adapter = await api.requestAdapter({ powerPreference: 'high-performance' })
  if (!adapter) throw new GpuUnavailableError('no GPU was found, or no driver for it')
  const { info, limits } = adapter
  const description = [info.vendor, info.architecture, info.device, info.description]
    .filter((part) => part !== '')
    .join(' ')
  if (info.isFallbackAdapter && !allowSoftware) {
    throw new GpuUnavailableError(`the only GPU is emulated on the CPU (${description})`)
  }
  const { maxBufferSize, maxStorageBufferBindingSize } = limits
  const device = await adapter.requestDevice({
    requiredLimits: { maxBufferSize, maxStorageBufferBindingSize },
  })
  return new Gpu(api, device, description)
}

async function loadApi(): Promise<GPU> {
  let webgpu: typeof import('webgpu')
  try {
    webgpu = await import('webgpu')
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code
    const isMissing = code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND'
    const reason = isMissing ? 'webgpu is not installed' : `webgpu cannot be loaded: ${cause}`
    throw new GpuUnavailableError(reason, { cause })
  }
  return webgpu.create([])
}
