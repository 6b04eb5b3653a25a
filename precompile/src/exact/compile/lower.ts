import { Dtype, isFloat, type Shape, type Tensor } from '../../tensor.js'
import { hull, rangeOf } from '../interval.js'
import { fromTensor, integerTensor, isIntegerDtype } from '../tensor.js'
import { orderedFeature } from '../trees/feature.js'
import { align, shrunk } from './align.js'
import { expectFinite, type Range } from './calibrate.js'
import { centred } from './centred.js'
import { curveOf, withChains } from './chain.js'
import { Emitter, isProofError } from './emit.js'
import { LoweringError } from './errors.js'
import {
  type FloatGraph,
  type FloatNode,
  type FloatValue,
  floatValueOf,
  inferFloatValues,
  readersOf,
  siteOf,
} from './float.js'
import type { FloatConstant, Lowering, LoweringContext } from './lowering.js'
import {
  type InputForm,
  inputForms,
  keepsForm,
  keepsRange,
  keepsScale,
  lowerings,
  moves,
  selects,
} from './lowerings.js'
import { numbersOf } from './numbers.js'
import {
  type Encoded,
  encodingOf,
  fineEncodingOf,
  isPlain,
  linear,
  type Quantised,
} from './quantised.js'
import { castTo, requantise } from './requantise.js'
import { indexEncoding, type RealFunction, tabulate } from './table.js'
import { unify, upright } from './unify.js'

/** A float graph with its calibrated ranges, as the last passes take it. */
export interface Calibrated {
  readonly graph: FloatGraph
  readonly ranges: ReadonlyMap<string, Range>
  readonly bits: 8 | 16
}

/** The integer graph, and how its values stand for those of the float graph. */
export interface Lowered {
  readonly emitter: Emitter
  readonly inputs: readonly Quantised[]
  readonly outputs: readonly Quantised[]
  /** What stands for each value of the float graph: the form that was used last. */
  readonly values: ReadonlyMap<string, Quantised>
}

/** How far the ranges of 16 bits go beyond calibration. */
const HEADROOM = 1.5
/** How many times smaller than the whole a part must be to get a range of its own. */
const SMALL_PART = 4
/** Parts of a 16-bit step in which inputs are given: integers of the graph's own type hold them at no cost. */
const INPUT_PARTS = 16
const REMEDY = 'Replace the operator before export, or deploy the float model as it is: `pinned`.'

/** Turns a calibrated float graph into integers, node by node. @throws LoweringError */
export function lower(calibrated: Calibrated): Lowered {
  return new Lowerer(calibrated).run()
}

/** What lowerings share: the values so far, and who reads each of them. */
class Lowerer {
  readonly emitter: Emitter
  readonly values = new Map<string, Quantised>()
  readonly floats: ReadonlyMap<string, FloatValue>
  private readonly parts = new Set<string>()
  private readonly narrowed = new Map<string, Quantised>()
  private readonly targets = new Map<string, Encoded>()
  private readonly constants = new Map<string, FloatConstant>()
  private readonly readers: ReadonlyMap<string, readonly FloatNode[]>
  private readonly outputs: ReadonlySet<string>
  private readonly graph: FloatGraph
  private readonly curves: ReadonlyMap<FloatNode, RealFunction>

  constructor(readonly calibrated: Calibrated) {
    this.floats = inferFloatValues(calibrated.graph)
    const { graph, curves } = withChains(calibrated.graph, this.floats, calibrated.bits)
    this.graph = graph
    this.curves = curves
    this.outputs = new Set(graph.outputs)
    this.readers = readersOf(graph)
    this.emitter = new Emitter(new Set([...graph.inputs.map(({ name }) => name), ...graph.outputs]))
  }

  run(): Lowered {
    const { graph } = this
    const inputs = graph.inputs.map((input) => {
      const value = this.lowerInput(input.name, floatValueOf(this.floats, input.name))
      this.values.set(input.name, value)
      return value
    })
    for (const node of graph.nodes) this.lowerNode(node)
    const outputs = graph.outputs.map((name) => this.finish(name))
    return { emitter: this.emitter, inputs, outputs, values: this.used() }
  }

  private lowerInput(name: string, { dtype, shape }: FloatValue): Quantised {
    if (!isFloat(dtype)) {
      const type = isIntegerDtype(dtype) && dtype !== Dtype.int64 ? dtype : Dtype.int32
      return linear(this.emitter.input(name, type, shape, rangeOf(type)), 1)
    }
    const hasParts = this.hasParts(name)
    if (hasParts) this.parts.add(name)
    const form = hasParts ? 'fine' : this.formOf(name)
    if (form === 'ordered') {
      const { low, high } = orderedFeature
      const input = this.emitter.input(name, Dtype.int32, shape, hull(low, high))
      return { ...linear(input, 1), order: () => orderedFeature }
    }
    if (form === 'fine') {
      const { dtype: fine, scale, high } = fineEncodingOf(this.range(name))
      return linear(this.emitter.input(name, fine, shape, hull(BigInt(-high), BigInt(high))), scale)
    }
    const narrow = encodingOf(this.range(name), this.calibrated.bits)
    const { dtype: type, scale, zero, high } = this.calibrated.bits === 16 ? finer(narrow) : narrow
    return linear(this.emitter.input(name, type, shape, hull(0n, BigInt(high))), scale, zero)
  }

  /** Whether all that reads an input takes parts of it, of which some have ranges far smaller than the whole. */
  private hasParts(name: string): boolean {
    const readers = this.readers.get(name) ?? []
    if (this.outputs.has(name) || !readers.every(({ operator }) => selects.has(operator)))
      return false
    const reach = ({ low, high }: Range) => Math.max(Math.abs(low), Math.abs(high))
    const parts = readers.flatMap(({ outputs }) => outputs.filter((output) => output !== ''))
    const least = Math.min(...parts.map((part) => reach(this.range(part))))
    return least * SMALL_PART < reach(this.range(name))
  }

  /** Whether a value is moved as finely as it stands, until who computes with it asks for its own range. */
  isPart(name: string): boolean {
    return this.parts.has(name)
  }

  /** The form in which all that read an input want it, if they want the same. */
  private formOf(name: string): InputForm {
    const forms = new Set<InputForm>()
    const open = [name]
    // Values that are appended while the loop runs are its work, too.
    for (const value of open) {
      if (this.outputs.has(value)) return 'narrow'
      for (const { operator, outputs } of this.readers.get(value) ?? []) {
        if (keepsForm.has(operator)) open.push(...outputs)
        else forms.add(inputForms[operator] ?? 'narrow')
      }
    }
    const [form = 'narrow'] = forms
    return forms.size === 1 ? form : 'narrow'
  }

  private lowerNode(node: FloatNode): void {
    const lowering = this.loweringOf(node)
    if (!lowering) throw new LoweringError('the operator has no exact form', siteOf(node), REMEDY)
    try {
      const results = lowering(new NodeLowering(this, node))
      node.outputs.forEach((name, i) => {
        if (name === '' || !results[i]) return
        this.values.set(name, results[i] as Quantised)
        if (moves.has(node.operator) && this.isPart(node.inputs[0] ?? '')) this.parts.add(name)
      })
    } catch (error) {
      if (!isProofError(error)) throw error
      throw new LoweringError(error.message, siteOf(node), REMEDY, error)
    }
  }

  private loweringOf(node: FloatNode): Lowering | undefined {
    const curve = this.curves.get(node)
    if (curve) return (context) => [tabulate(context, curve)]
    const { operator } = node
    return Object.hasOwn(lowerings, operator) ? lowerings[operator] : undefined
  }

  /** An output of the graph under its own name, with one scale above zero. */
  private finish(name: string): Quantised {
    const value = upright(this.emitter, this.asOutput(name))
    const [zero = 0] = value.zeros
    return { ...value, ...this.emitter.output(value, name), zeros: [Math.round(zero)] }
  }

  /**
   * With one scale. Reals of int64 have more digits than anybody can use, and are made int32; those of trees and linear
   * models stay, for they are sums without any rounding.
   */
  private asOutput(name: string): Quantised {
    const value = unify(this.emitter, this.value(name))
    const isReal = isFloat(floatValueOf(this.floats, name).dtype)
    const maker = this.graph.nodes.find(({ outputs }) => outputs.includes(name))
    const isExact = maker?.operator.startsWith('ai.onnx.ml.') ?? false
    return isReal && !isExact && value.dtype === Dtype.int64 ? shrunk(this.emitter, value) : value
  }

  value(name: string): Quantised {
    const known = this.values.get(name)
    if (known) return known
    const constant = this.calibrated.graph.constants.get(name)
    if (!constant) throw new LoweringError(`nothing makes "${name}"`, {}, REMEDY)
    const value = this.encodeConstant(constant)
    this.values.set(name, value)
    return value
  }

  private encodeConstant(tensor: Tensor): Quantised {
    const values = numbersOf(tensor)
    if (!isFloat(tensor.dtype)) {
      const integers =
        tensor.dtype === Dtype.int64 && values.every((value) => value === (value | 0))
          ? integerTensor(Dtype.int32, tensor.shape, values)
          : fromTensor(tensor)
      return linear(this.emitter.constant(integers), 1)
    }
    const range = values.reduce(
      ({ low, high }, value) => ({ low: Math.min(low, value), high: Math.max(high, value) }),
      { low: 0, high: 0 },
    )
    const { dtype, scale, zero, high } = encodingOf(range, this.calibrated.bits)
    const steps = values.map((value) =>
      Math.min(high, Math.max(0, Math.round(value / scale) + zero)),
    )
    return linear(this.emitter.constant(integerTensor(dtype, tensor.shape, steps)), scale, zero)
  }

  constant(name: string): FloatConstant | undefined {
    const tensor = this.calibrated.graph.constants.get(name)
    if (!tensor) return undefined
    const known = this.constants.get(name)
    if (known) return known
    const constant = { shape: tensor.shape, values: numbersOf(tensor), tensor }
    this.constants.set(name, constant)
    return constant
  }

  narrow(name: string): Quantised {
    const known = this.narrowed.get(name)
    if (known) return known
    const value = this.value(name)
    const narrow = this.isNarrow(value)
      ? { ...value, ...castTo(this.emitter, value, this.narrowType) }
      : requantise(this.emitter, value, this.encoding(name))
    this.narrowed.set(name, narrow)
    return narrow
  }

  /** The narrow encoding that holds all of a value, as far as what reads it does not clamp it. */
  encoding(name: string): Encoded {
    return encodingOf(this.range(this.heirOf(name, keepsRange).name), this.calibrated.bits)
  }

  private get narrowType() {
    return this.calibrated.bits === 8 ? Dtype.uint8 : Dtype.int32
  }

  /** Whether a value is what a narrow one is but for its type. */
  private isNarrow(value: Quantised): boolean {
    const high = this.calibrated.bits === 8 ? 255 : 65535
    const [scale = 0] = value.scales
    const [zero = 0] = value.zeros
    const { interval } = value
    return (
      isPlain(value) &&
      scale > 0 &&
      Number.isInteger(zero) &&
      zero >= 0 &&
      zero <= high &&
      interval.low >= 0n &&
      interval.high <= BigInt(high)
    )
  }

  range(name: string): Range {
    const range = this.calibrated.ranges.get(name)
    expectFinite(name, range)
    if (range) return this.calibrated.bits === 16 ? widened(range) : range
    const values = this.constant(name)?.values
    if (!values) throw new LoweringError(`"${name}" was not calibrated`, {}, REMEDY)
    return {
      low: values.reduce((a, b) => Math.min(a, b), 0),
      high: values.reduce((a, b) => Math.max(a, b), 0),
    }
  }

  /** The value in whose encoding this one will be asked for: through the operators that keep scales. */
  heirOf(name: string, through = keepsScale): { name: string; isOutput: boolean } {
    let heir = name
    while (!this.outputs.has(heir)) {
      const readers = this.readers.get(heir) ?? []
      const [reader] = readers
      const next = reader?.outputs[0]
      if (readers.length !== 1 || !reader || !next || !through.has(reader.operator)) break
      // A function that ends with one of these operators is a table all the same.
      if (this.curves.has(reader)) break
      heir = next
    }
    return { name: heir, isOutput: this.outputs.has(heir) }
  }

  /** In which encoding a value will be asked for next. */
  target(name: string): Encoded {
    const heir = this.heirOf(name).name
    const known = this.targets.get(heir)
    if (known) return known
    const target = this.indexOf(heir) ?? encodingOf(this.range(heir), this.calibrated.bits)
    this.targets.set(heir, target)
    return target
  }

  /** That of an index into a table, where all that reads the value is one function. */
  private indexOf(name: string): Encoded | undefined {
    const [reader, ...others] = this.readers.get(name) ?? []
    const isOther = others.length > 0 || this.outputs.has(name) || this.calibrated.bits === 16
    const curve = reader && !isOther ? (this.curves.get(reader) ?? curveOf(reader)) : undefined
    if (!reader || !curve) return undefined
    const [output = ''] = reader.outputs
    const entries = this.heirOf(output).isOutput ? undefined : this.target(output)
    return indexEncoding(this.range(name), entries, curve)
  }

  /** The form of each value that the rest of the graph reads. */
  private used(): ReadonlyMap<string, Quantised> {
    return new Map(
      [...this.values].map(([name, value]) => [name, this.narrowed.get(name) ?? value]),
    )
  }
}

/** The same range in steps so much smaller that a narrow step is a whole number of them. */
function finer({ dtype, scale, zero, high }: Encoded): Encoded {
  return {
    dtype,
    scale: scale / INPUT_PARTS,
    zero: zero * INPUT_PARTS,
    high: high * INPUT_PARTS,
  }
}

/** 16 bits have steps to spare for what calibration did not see. */
function widened({ low, high }: Range): Range {
  return {
    low: low < 0 ? low * HEADROOM : low / HEADROOM,
    high: high > 0 ? high * HEADROOM : high / HEADROOM,
  }
}

class NodeLowering implements LoweringContext {
  constructor(
    private readonly lowerer: Lowerer,
    readonly node: FloatNode,
  ) {}

  get site() {
    return siteOf(this.node)
  }

  get version(): number {
    const { opsets } = this.lowerer.calibrated.graph
    const dot = this.node.operator.lastIndexOf('.')
    return opsets.get(this.node.operator.slice(0, Math.max(0, dot))) ?? 0
  }

  get bits() {
    return this.lowerer.calibrated.bits
  }

  get emitter() {
    return this.lowerer.emitter
  }

  has(index: number): boolean {
    return Boolean(this.node.inputs[index])
  }

  input(index: number): Quantised {
    return this.lowerer.value(this.inputName(index))
  }

  narrow(index: number): Quantised {
    if (!this.isReal(index)) this.expectSmall(index, 255)
    return this.lowerer.narrow(this.inputName(index))
  }

  plain(index: number): Quantised {
    const value = this.input(index)
    const isWide = value.dtype === Dtype.int64 && this.isReal(index)
    return isPlain(value) && !isWide ? value : this.narrow(index)
  }

  isReal(index: number): boolean {
    return isFloat(floatValueOf(this.lowerer.floats, this.inputName(index)).dtype)
  }

  centred(index: number, magnitude: number): Quantised {
    if (!this.isReal(index)) this.expectSmall(index, magnitude)
    return centred(this.emitter, this.input(index), this.inputRange(index), magnitude)
  }

  centredNarrow(index: number): Quantised {
    const value = this.narrow(index)
    return centred(this.emitter, value, this.inputRange(index), 2 ** 20)
  }

  movable(index: number): Quantised {
    const value = this.input(index)
    if (!this.isReal(index) || this.lowerer.isPart(this.inputName(index))) return value
    if (this.bits === 16) return shrunk(this.emitter, this.unify(value))
    return this.isWide(0) ? this.unify(value) : this.narrow(index)
  }

  align(values: readonly Quantised[]): readonly Quantised[] {
    return align(this.emitter, values)
  }

  constant(index: number): FloatConstant | undefined {
    return this.has(index) ? this.lowerer.constant(this.inputName(index)) : undefined
  }

  requireConstant(index: number): FloatConstant {
    return this.constant(index) ?? this.refuse(`its input ${index} is not a constant`)
  }

  integers(index: number): readonly number[] {
    return [...this.requireConstant(index).values]
  }

  inputShape(index: number): Shape {
    return floatValueOf(this.lowerer.floats, this.inputName(index)).shape
  }

  outputShape(index: number): Shape {
    return floatValueOf(this.lowerer.floats, this.outputName(index)).shape
  }

  inputRange(index: number): Range {
    return this.lowerer.range(this.inputName(index))
  }

  outputRange(index: number): Range {
    return this.lowerer.range(this.outputName(index))
  }

  target(index: number): Encoded {
    return this.lowerer.target(this.outputName(index))
  }

  encoding(index: number): Encoded {
    return this.lowerer.encoding(this.outputName(index))
  }

  isWide(index: number): boolean {
    return this.lowerer.heirOf(this.outputName(index)).isOutput
  }

  requantise(value: Quantised, target: Encoded): Quantised {
    return requantise(this.emitter, value, target)
  }

  unify(value: Quantised): Quantised {
    return unify(this.emitter, value)
  }

  refuse(reason: string, remedy = REMEDY): never {
    throw new LoweringError(reason, this.site, remedy)
  }

  /** Reals are made coarser where they are too many; integers would become others. */
  private expectSmall(index: number, most: number): void {
    const { low, high } = this.input(index).interval
    if (low >= BigInt(-most) && high <= BigInt(most)) return
    this.refuse(
      `its integers may be anything from ${low} to ${high}, and an overflow can't be excluded`,
      'Bound them in the graph with a Clip or a Cast, or give the model reals.',
    )
  }

  private inputName(index: number): string {
    return this.node.inputs[index] || this.refuse(`its input ${index} is missing`)
  }

  private outputName(index: number): string {
    return this.node.outputs[index] || this.refuse(`its output ${index} is missing`)
  }
}
