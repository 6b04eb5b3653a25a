import { bytesPerElement, Dtype, elementCount } from '../../tensor.js'
import { type Cost, nodeUnits } from '../cost.js'
import { ModelTooLargeError } from '../errors.js'
import { ABSENT, type GraphNode } from '../graph/graph.js'
import type { ModelLimits } from '../limits.js'
import type { NodeContext } from './context.js'
import { type Dims, isConcrete, type Value } from './value.js'

/** Counts the work of a run, node by node, and the bytes alive at each moment. */
export class Tally {
  private milliMacs = 0
  private deciOps = 0
  private bytesMoved = 0
  private nodes = 0
  private weightBytes = 0
  private aliveBytes = 0
  private peakBytes = 0

  constructor(private readonly limits: ModelLimits) {}

  /** Starts where another tally stands: what a branch would add to it. */
  fork(): Tally {
    const tally = new Tally(this.limits)
    tally.aliveBytes = this.aliveBytes
    tally.peakBytes = this.peakBytes
    return tally
  }

  /** Adds the dearer of the branches that may run, each quantity for itself. */
  join(branches: readonly Tally[]): void {
    const most = (pick: (tally: Tally) => number) => Math.max(0, ...branches.map(pick))
    this.milliMacs += most((tally) => tally.milliMacs)
    this.deciOps += most((tally) => tally.deciOps)
    this.bytesMoved += most((tally) => tally.bytesMoved)
    this.nodes += most((tally) => tally.nodes)
    this.weightBytes += most((tally) => tally.weightBytes)
    this.peakBytes = Math.max(
      this.peakBytes,
      most((tally) => tally.peakBytes),
    )
    // What a branch gives stays alive, whichever runs.
    this.aliveBytes = Math.max(
      this.aliveBytes,
      most((tally) => tally.aliveBytes),
    )
  }

  /** An input of the graph, which is copied into the engine's memory. */
  feed(value: Value): void {
    this.hold(value)
    this.bytesMoved += bytesOf(value)
  }

  /** A tensor that comes alive: an input of the graph, or what an If gives. */
  hold(value: Value): void {
    this.aliveBytes += bytesOf(value)
    this.reach(this.aliveBytes, undefined)
  }

  addWeights(bytes: number): void {
    this.weightBytes += bytes
  }

  addNode(context: NodeContext, outputs: readonly Value[], outputDims: readonly Dims[]): void {
    const { node } = context
    const made = sum(outputs.filter((_, i) => node.outputs[i] !== ABSENT).map(bytesOf))
    // Before any work is counted: work is a function of sizes, which must be sane.
    this.reach(this.aliveBytes + made, node)
    const read = sum(context.inputs.map((value) => (value === undefined ? 0 : bytesOf(value))))
    const elements = sum(outputDims.map((dims) => elementCount(dims as readonly number[])))
    const work = node.operator.work?.(context, outputDims) ?? {
      milliMacs: 0,
      deciOps: 10 * elements,
    }
    this.nodes += nodeUnits(node.inputs.length + node.outputs.length)
    this.milliMacs += work.milliMacs
    this.deciOps += work.deciOps + halfWork([...context.inputs, ...outputs])
    this.bytesMoved += work.bytes ?? read + made
    this.reach(this.aliveBytes + made + (work.workspaceBytes ?? 0), node)
    this.aliveBytes += made
    const total = this.milliMacs / 1000 + this.deciOps / 10
    if (!(total <= this.limits.work)) {
      throw new ModelTooLargeError(
        'the work of a run',
        Math.ceil(total),
        this.limits.work,
        siteOf(node),
      )
    }
  }

  release(value: Value): void {
    this.aliveBytes -= bytesOf(value)
  }

  cost(): Cost {
    return {
      macs: Math.ceil(this.milliMacs / 1000),
      elementOps: Math.ceil(this.deciOps / 10),
      bytesMoved: this.bytesMoved,
      nodes: this.nodes,
      weightBytes: this.weightBytes,
      peakBytes: this.peakBytes,
    }
  }

  private reach(bytes: number, node: GraphNode | undefined): void {
    if (!(bytes <= this.limits.peakBytes)) {
      throw new ModelTooLargeError(
        'the memory of a run in bytes',
        bytes,
        this.limits.peakBytes,
        node && siteOf(node),
      )
    }
    this.peakBytes = Math.max(this.peakBytes, bytes)
  }
}

/** Bytes of a tensor; none where its shape is not known. */
export function bytesOf({ dtype, dims }: Value): number {
  if (!isConcrete(dims)) return 0
  // The engine computes half precision on a float32 copy.
  const copy = dtype === Dtype.float16 ? bytesPerElement(Dtype.float32) : 0
  return elementCount(dims) * (bytesPerElement(dtype) + copy)
}

/** Half precision is cast to float32 before a node and back after it. */
const HALF_CAST_DECI_OPS = 20

function halfWork(values: readonly (Value | undefined)[]): number {
  const halves = values.filter((value) => value?.dtype === Dtype.float16)
  return HALF_CAST_DECI_OPS * sum(halves.map((value) => countElements(value as Value)))
}

function countElements({ dims }: Value): number {
  return isConcrete(dims) ? elementCount(dims) : 0
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}

function siteOf(node: GraphNode) {
  return { node: node.name, operator: node.operatorName }
}
