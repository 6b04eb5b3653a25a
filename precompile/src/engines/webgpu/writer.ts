import type { Emit, Formula } from './formula.js'
import { isPacked } from './layout.js'
import { type Dialect, libraryCode } from './library.js'
import { isWide, type Source, type Storage } from './source.js'

/** Words of parameters that one kernel takes: the least that every device binds at an offset. */
export const PARAMETER_WORDS = 64

/** A number known only when the whole graph is planned is given as the storage whose offset it is. */
export type Parameter = number | Storage

/** The text of one kernel and what it reads. */
export interface KernelText {
  readonly code: string
  readonly parameters: readonly Parameter[]
  readonly reads: readonly Storage[]
}

const BINDINGS = `struct Parameters { words: array<vec4<u32>, ${PARAMETER_WORDS / 4}> }
@group(0) @binding(0) var<storage, read> weights: array<u32>;
@group(0) @binding(1) var<storage, read_write> arena: array<u32>;
@group(0) @binding(2) var<uniform> parameters: Parameters;
`

/** Writes the functions of a formula and of all that is computed with it. Like formulas give like text. */
export class KernelWriter {
  readonly #functions: string[] = []
  readonly #names = new Map<Formula, string>()
  readonly #library = new Set<string>()
  readonly #parameters: Parameter[] = []
  readonly #reads = new Set<Storage>()

  /** @param product - The packed product that the workgroup computes; its function gives `accumulated`. */
  constructor(private readonly product?: Formula) {}

  /** @returns the name of the WGSL function for a formula. */
  formula(formula: Formula): string {
    const known = this.#names.get(formula)
    if (known) return known
    const name = `f${this.#names.size}`
    this.#names.set(formula, name)
    const type = formula.layout === 'i64' ? 'vec2<u32>' : 'i32'
    const body = formula === this.product ? 'return accumulated;' : formula.body(this.emit(formula))
    this.#functions.push(`fn ${name}(i: u32) -> ${type} {\n${body}\n}`)
    return name
  }

  emit({ sources }: Pick<Formula, 'sources'>): Emit {
    const at = (index: number) => sources[index] as Source
    return {
      low: (source, index) => this.#low(at(source), index),
      wide: (source, index) => this.#wide(at(source), index),
      parameter: (value) => this.parameter(value),
      word: (source, index) => this.#word(at(source), index),
      use: (name) => this.use(name),
      define: (code) => void this.#functions.push(code),
    }
  }

  use(name: string): string {
    this.#library.add(name)
    return name
  }

  /** @returns WGSL for a number that is told to the kernel when it runs. */
  parameter(value: Parameter): string {
    let at = this.#parameters.indexOf(value)
    if (at === -1 || typeof value === 'number') at = this.#parameters.push(value) - 1
    if (at >= PARAMETER_WORDS) throw new RangeError('a kernel takes too many parameters')
    return `parameters.words[${at >> 2}].${'xyzw'[at & 3]}`
  }

  /** WGSL for where a storage begins in its buffer. */
  base(storage: Storage, access: 'read' | 'written'): string {
    if (access === 'read') this.#reads.add(storage)
    return this.parameter(storage)
  }

  /** The whole kernel. @param main - Its entry point. */
  finish(main: string, dialect: Dialect): KernelText {
    const code = [BINDINGS, libraryCode(this.#library, dialect), ...this.#functions, main]
    return { code: code.join('\n'), parameters: this.#parameters, reads: [...this.#reads] }
  }

  #low(source: Source, index: string): string {
    switch (source.kind) {
      case 'literal':
        return `i32(${BigInt.asIntN(32, source.value)})`
      case 'stored':
      case 'formula': {
        const value = this.#value(source, index)
        return isWide(source) ? `bitcast<i32>(${value}.x)` : value
      }
    }
  }

  #wide(source: Source, index: string): string {
    if (source.kind === 'literal') return wideLiteral(source.value)
    if (!isWide(source)) return `${this.use('widen')}(${this.#low(source, index)})`
    return this.#value(source, index)
  }

  #value(source: Exclude<Source, { kind: 'literal' }>, index: string): string {
    if (source.kind === 'formula') return `${this.formula(source.formula)}(${index})`
    const { buffer, layout } = source.storage
    return `${this.use(`${buffer}_${layout}`)}(${this.base(source.storage, 'read')}, ${index})`
  }

  #word(source: Source, index: string): string {
    if (source.kind !== 'stored') throw new TypeError('only what is stored has words')
    return `${source.storage.buffer}[${this.base(source.storage, 'read')} + ${index}]`
  }
}

function wideLiteral(value: bigint): string {
  const bits = BigInt.asUintN(64, value)
  return `vec2<u32>(${bits & 0xffffffffn}u, ${bits >> 32n}u)`
}

const WORKGROUP = 64
const MAX_GROUPS = 65_535

/** Threads in rows of workgroups: one row holds no more than every device takes. */
export function gridOf(threads: number): readonly [number, number, number] {
  const groups = Math.ceil(threads / WORKGROUP)
  const columns = Math.min(groups, MAX_GROUPS)
  return [columns, Math.ceil(groups / Math.max(1, columns)), 1]
}

/** The entry point of a kernel in which each thread computes one word of the result. */
export function writeEach(
  writer: KernelWriter,
  formula: Formula,
  target: Storage,
  dialect: Dialect,
): KernelText & { readonly threads: number } {
  const threads = isPacked(target.layout) ? Math.ceil(formula.count / 4) : formula.count
  const main = `@compute @workgroup_size(${WORKGROUP})
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let at = (group.y * groups.x + group.x) * ${WORKGROUP}u + lane;
  if (at >= ${threads}u) { return; }
${storeWord(writer, formula, target)}
}`
  return { ...writer.finish(main, dialect), threads }
}

function storeWord(writer: KernelWriter, formula: Formula, target: Storage): string {
  const name = writer.formula(formula)
  const base = writer.base(target, 'written')
  if (target.layout === 'i32') {
    const value = formula.layout === 'i64' ? `${name}(at).x` : `bitcast<u32>(${name}(at))`
    return `arena[${base} + at] = ${value};`
  }
  if (target.layout === 'i64') {
    return `let value = ${name}(at);
arena[${base} + 2u * at] = value.x;
arena[${base} + 2u * at + 1u] = value.y;`
  }
  // The last word may reach beyond the last element: its bytes are computed all the same and never read.
  return `var word = 0u;
for (var k = 0u; k < 4u; k++) {
  let value = ${name}(min(4u * at + k, ${formula.count - 1}u));
  word |= (bitcast<u32>(value) & 0xffu) << (8u * k);
}
arena[${base} + at] = word;`
}
