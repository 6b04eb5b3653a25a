/// <reference types="@webgpu/types" />
import type { ExactGraph, ExactSlot } from '../../exact/graph.js'
import { contains, intervalOf, rangeOf } from '../../exact/interval.js'
import { fromTensor } from '../../exact/tensor.js'
import { Dtype, type Tensor } from '../../tensor.js'
import { GpuUnfitError } from './errors.js'
import type { Gpu } from './gpu.js'
import { fromWords, toWords } from './layout.js'
import { type Plan, planGraph } from './plan.js'
import { sizeOf } from './planner.js'
import type { Storage } from './source.js'
import { PARAMETER_WORDS } from './writer.js'

/** What WebGPU names `GPUBufferUsage` and `GPUMapMode`: globals of browsers. */
const Usage = { MAP_READ: 0x1, COPY_SRC: 0x4, COPY_DST: 0x8, UNIFORM: 0x40, STORAGE: 0x80 } as const
const READ = 0x1

/** Each kernel's parameters begin at a multiple of what every device takes as an offset. */
const PARAMETER_BYTES = 4 * PARAMETER_WORDS

/** An output, and where in the words that are read back it stands. */
interface Readback {
  readonly slot: ExactSlot
  readonly storage: Storage
  readonly offset: number
}

/** One exact model on a GPU: its weights stay there. It runs one set of inputs at a time. */
export class GpuSession {
  readonly #buffers: GPUBuffer[] = []
  #pipelines: readonly GPUComputePipeline[] = []
  #bindings: GPUBindGroup | undefined
  #weights!: GPUBuffer
  #arena!: GPUBuffer
  #staging!: GPUBuffer
  readonly #readbacks: readonly Readback[]
  readonly #readWords: number

  private constructor(
    private readonly gpu: Gpu,
    private readonly exact: ExactGraph,
    private readonly plan: Plan,
  ) {
    let offset = 0
    this.#readbacks = plan.outputs.map((storage, i) => {
      const readback = { slot: this.#slot(exact.graph.outputs[i]?.slot), storage, offset }
      // 64-bit elements are read where they stand.
      offset += Math.ceil(sizeOf(storage) / 2) * 2
      return readback
    })
    this.#readWords = offset
  }

  /**
   * Compiles a graph and uploads its weights.
   * @throws GpuUnfitError where it is too large for this GPU.
   * @throws GpuFaultError
   */
  static async load(gpu: Gpu, exact: ExactGraph): Promise<GpuSession> {
    const session = new GpuSession(gpu, exact, planGraph(exact, gpu.dialect))
    try {
      await session.#load()
    } catch (error) {
      session.release()
      throw error
    }
    return session
  }

  /** Of GPU memory. */
  get bytes(): number {
    const { arenaWords, weights, dispatches } = this.plan
    return 4 * (arenaWords + weights.length + this.#readWords) + dispatches.length * PARAMETER_BYTES
  }

  /**
   * Runs the graph: one submission, then one read of all outputs.
   * @throws GpuUnfitError where an input is beyond what the proof was made for.
   * @throws GpuFaultError
   */
  async run(inputs: readonly Tensor[]): Promise<readonly Tensor[]> {
    const words = inputs.map((input, i) => this.#wordsOf(input, i))
    const results = await this.gpu.checked(async () => {
      words.forEach((each, i) => {
        const { offset } = this.plan.inputs[i] as Storage
        this.gpu.device.queue.writeBuffer(this.#arena, 4 * offset, each)
      })
      this.gpu.device.queue.submit([this.#encode()])
      return this.#read()
    })
    return this.#readbacks.map(({ slot, storage, offset }) => {
      const part = results.subarray(offset, offset + sizeOf(storage))
      return fromWords(part, storage.layout, { ...slot, count: storage.count })
    })
  }

  release(): void {
    for (const buffer of this.#buffers.splice(0)) buffer.destroy()
  }

  async #load(): Promise<void> {
    const { gpu, plan } = this
    for (const [what, words] of [
      ['weights', plan.weights.length],
      ['values', plan.arenaWords],
    ] as const) {
      if (4 * words > gpu.maxBytes) {
        throw new GpuUnfitError(`its ${what} take ${4 * words} bytes, a buffer ${gpu.maxBytes}`)
      }
    }
    await gpu.checked(async () => {
      const { STORAGE, UNIFORM, COPY_DST, COPY_SRC, MAP_READ } = Usage
      this.#weights = this.#buffer(plan.weights.length, STORAGE | COPY_DST | COPY_SRC)
      this.#arena = this.#buffer(plan.arenaWords, STORAGE | COPY_DST | COPY_SRC)
      this.#staging = this.#buffer(this.#readWords, MAP_READ | COPY_DST)
      const parameters = parametersOf(plan)
      const uniform = this.#buffer(parameters.length, UNIFORM | COPY_DST)
      gpu.device.queue.writeBuffer(this.#weights, 0, plan.weights)
      gpu.device.queue.writeBuffer(uniform, 0, parameters)
      this.#bindings = gpu.device.createBindGroup({
        layout: gpu.layout,
        entries: [
          { binding: 0, resource: { buffer: this.#weights } },
          { binding: 1, resource: { buffer: this.#arena } },
          { binding: 2, resource: { buffer: uniform, size: PARAMETER_BYTES } },
        ],
      })
      this.#pipelines = await Promise.all(plan.dispatches.map(({ code }) => gpu.pipeline(code)))
    })
  }

  #buffer(words: number, usage: number): GPUBuffer {
    // A buffer of nothing cannot be bound.
    const size = Math.max(PARAMETER_BYTES, 4 * words)
    const buffer = this.gpu.device.createBuffer({ size, usage })
    this.#buffers.push(buffer)
    return buffer
  }

  #wordsOf(input: Tensor, index: number): Uint32Array<ArrayBuffer> {
    const { slot, name } = this.exact.graph.inputs[index] ?? {}
    const { dtype, interval } = this.#slot(slot)
    const tensor = fromTensor(input)
    // A bool may come as any byte, and only 0 and 1 are bools.
    const isOpen = dtype !== Dtype.bool && contains(interval, rangeOf(dtype))
    if (!isOpen && tensor.data.length > 0 && !contains(interval, intervalOf(tensor))) {
      throw new GpuUnfitError(
        `the input "${name}" is beyond the ${interval.low} to ${interval.high} of the proof`,
      )
    }
    return toWords(tensor, (this.plan.inputs[index] as Storage).layout)
  }

  #encode(): GPUCommandBuffer {
    const encoder = this.gpu.device.createCommandEncoder()
    const pass = encoder.beginComputePass()
    this.plan.dispatches.forEach(({ grid }, i) => {
      pass.setPipeline(this.#pipelines[i] as GPUComputePipeline)
      pass.setBindGroup(0, this.#bindings, [i * PARAMETER_BYTES])
      pass.dispatchWorkgroups(...grid)
    })
    pass.end()
    for (const { storage, offset } of this.#readbacks) {
      const buffer = storage.buffer === 'weights' ? this.#weights : this.#arena
      const bytes = 4 * sizeOf(storage)
      if (bytes === 0) continue
      encoder.copyBufferToBuffer(buffer, 4 * storage.offset, this.#staging, 4 * offset, bytes)
    }
    return encoder.finish()
  }

  async #read(): Promise<Uint32Array> {
    if (this.#readWords === 0) {
      await this.gpu.device.queue.onSubmittedWorkDone()
      return new Uint32Array(0)
    }
    await this.#staging.mapAsync(READ, 0, 4 * this.#readWords)
    const words = new Uint32Array(this.#staging.getMappedRange(0, 4 * this.#readWords)).slice()
    this.#staging.unmap()
    return words
  }

  #slot(slot: number | undefined): ExactSlot {
    return this.exact.slots[slot as number] as ExactSlot
  }
}

/** A number stands for itself, a storage for where it begins. */
function parametersOf({ dispatches }: Plan): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(dispatches.length * PARAMETER_WORDS)
  dispatches.forEach(({ parameters }, i) => {
    parameters.forEach((parameter, k) => {
      const value = typeof parameter === 'number' ? parameter : parameter.offset
      words[i * PARAMETER_WORDS + k] = value
    })
  })
  return words
}
