import type { Emit, Formula, FormulaText } from './formula.js'
import { isPacked } from './layout.js'
import type { Dialect } from './library.js'
import type { Storage } from './source.js'
import type { KernelText, KernelWriter } from './writer.js'

/**
 * Sums of products of bytes, four to a word: products of matrices, and convolutions as such.
 * Both sides are signed bytes. Beyond the end of a sum the right side holds zeros.
 */
export interface Product {
  readonly batches: number
  readonly rows: number
  readonly columns: number
  /** Words that one sum runs over on each side. */
  readonly depth: number
  /** Which of its axes follow one another in the result. */
  readonly inner: 'rows' | 'columns'
  /** WGSL statements that return the word of the left side at `batch`, `row` and `k`. */
  left(emit: Emit): string
  /** WGSL statements that return the word of the right side at `batch`, `column` and `k`. */
  right(emit: Emit): string
  /** WGSL for what the sum of the left side is multiplied with and taken off, at `batch` and `column`. */
  leftFactor?(emit: Emit): string
  /** WGSL for the word of ones at `k` that sums up the left side. */
  readonly leftOnes?: string
  /** WGSL for what the sum of the right side is multiplied with and taken off. */
  readonly rightFactor?: string
  /** WGSL for what is added in the end, at `batch` and `column`. */
  offset(emit: Emit): string
}

/** The product as a formula, for kernels in which each thread computes its own elements. */
export function productText(product: Product): FormulaText {
  const { batches, rows, columns, depth, inner } = product
  const [size, other] = inner === 'rows' ? [rows, 'column'] : [columns, 'row']
  const otherSize = inner === 'rows' ? columns : rows
  return {
    count: batches * rows * columns,
    layout: 'i32',
    packed: product,
    body(emit) {
      define(product, emit)
      return `let ${inner === 'rows' ? 'row' : 'column'} = i % ${size}u;
let ${other} = (i / ${size}u) % ${otherSize}u;
let batch = i / ${size * otherSize}u;
var dot = 0i;
${sums(product, 'i32').declare}
for (var k = 0u; k < ${depth}u; k++) {
  let a = left(batch, row, k);
  let b = right(batch, column, k);
  dot += ${emit.use('dot8')}(a, b);
  ${product.leftFactor ? `leftSum += dot8(a, ${product.leftOnes});` : ''}
  ${product.rightFactor ? `rightSum += dot8(b, ${ONES});` : ''}
}
return ${finish(product, 'dot', 'leftSum', 'rightSum')};`
    },
  }
}

const ONES = '0x01010101u'

function sums({ leftFactor, rightFactor }: Product, type: string) {
  const left = leftFactor ? `var leftSum = ${type}();` : ''
  const right = rightFactor ? `var rightSum = ${type}();` : ''
  return { declare: `${left}\n${right}` }
}

/** The functions that are alike in both kinds of kernel. */
function define(product: Product, emit: Emit): void {
  emit.define(`fn left(batch: u32, row: u32, k: u32) -> u32 {\n${product.left(emit)}\n}`)
  emit.define(`fn right(batch: u32, column: u32, k: u32) -> u32 {\n${product.right(emit)}\n}`)
  emit.define(`fn offset(batch: u32, column: u32) -> i32 {\nreturn ${product.offset(emit)};\n}`)
  if (!product.leftFactor) return
  const factor = product.leftFactor(emit)
  emit.define(`fn leftFactor(batch: u32, column: u32) -> i32 {\nreturn ${factor};\n}`)
}

function finish(product: Product, dot: string, left: string, right: string): string {
  const terms = [dot, 'offset(batch, column)']
  const less = [
    ...(product.leftFactor ? [`leftFactor(batch, column) * ${left}`] : []),
    ...(product.rightFactor ? [`${product.rightFactor} * ${right}`] : []),
  ]
  return [terms.join(' + '), ...less].join(' - ')
}

/** Rows and columns of the result that one workgroup computes. */
const TILE = 32
/** Words of the depth that it holds at a time. */
const CHUNK = 8
const MAX_GROUPS = 65_535

/** Whether a whole workgroup should share the loads of a product. */
export function isTiled({ batches, rows, columns, depth }: Product): boolean {
  const fits = batches <= MAX_GROUPS && Math.max(rows, columns) <= MAX_GROUPS * TILE
  return fits && rows >= TILE / 2 && columns >= TILE / 4 && depth > 1
}

/** Whether a tile writes whole words of bytes. */
export function fillsWords({ inner, rows, columns }: Product): boolean {
  return (inner === 'rows' ? rows : columns) % 4 === 0
}

export function tileGrid({ batches, rows, columns }: Product): readonly [number, number, number] {
  return [Math.ceil(rows / TILE), Math.ceil(columns / TILE), batches]
}

/**
 * The entry point of a kernel in which each workgroup computes a tile of a product, and then of all that follows it.
 * Each thread has four neighbouring places on the inner axis (`p`) and four on the other (`q`).
 */
export function writeTiles(
  writer: KernelWriter,
  formula: Formula,
  target: Storage,
  dialect: Dialect,
): KernelText {
  const productFormula = formula.product as Formula
  const product = productFormula.packed as Product
  const name = writer.formula(formula)
  define(product, writer.emit(productFormula))
  writer.use('dot8')
  const base = writer.base(target, 'written')
  const main = `const ROWS = ${product.rows}u;
const COLUMNS = ${product.columns}u;
const DEPTH = ${product.depth}u;
var<private> accumulated: i32;
var<workgroup> lefts: array<vec4<u32>, ${(TILE * CHUNK) / 4}>;
var<workgroup> rights: array<vec4<u32>, ${(TILE * CHUNK) / 4}>;
${LOADS}
@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let batch = group.z;
  let row0 = group.x * ${TILE}u;
  let column0 = group.y * ${TILE}u;
${accumulate(product)}
${store(product, { name, target, base, isWide: formula.layout === 'i64' })}
}`
  return writer.finish(main, dialect)
}

/** Four rows or columns at a time: lane l loads those of place l % 8 at the word l / 8 of the chunk. */
const LOADS = `fn loadLeft(batch: u32, row: u32, k: u32) -> u32 {
  if (row >= ROWS || k >= DEPTH) { return 0u; }
  return left(batch, row, k);
}
fn loadRight(batch: u32, column: u32, k: u32) -> u32 {
  if (column >= COLUMNS || k >= DEPTH) { return 0u; }
  return right(batch, column, k);
}`

const LANES = ['x', 'y', 'z', 'w'] as const

function accumulate(product: Product): string {
  const [p, q] = product.inner === 'rows' ? ['a', 'b'] : ['b', 'a']
  const [atA, atB] =
    product.inner === 'rows' ? ['lane % 8u', 'lane / 8u'] : ['lane / 8u', 'lane % 8u']
  const dots = LANES.map((lane, i) => {
    const terms = LANES.map((other) => `dot8(${p}.${other}, ${q}.${lane})`)
    return `dot${i} += vec4<i32>(${terms.join(', ')});`
  })
  const sum = (side: string, ones: string) =>
    `vec4<i32>(${LANES.map((lane) => `dot8(${side}.${lane}, ${ones})`).join(', ')})`
  return `${LANES.map((_, i) => `var dot${i} = vec4<i32>();`).join('\n')}
${sums(product, 'vec4<i32>').declare}
for (var k0 = 0u; k0 < DEPTH; k0 += ${CHUNK}u) {
  let place = (lane % 8u) * 4u;
  let at = k0 + lane / 8u;
  lefts[lane] = vec4<u32>(${[0, 1, 2, 3].map((j) => `loadLeft(batch, row0 + place + ${j}u, at)`).join(', ')});
  rights[lane] = vec4<u32>(${[0, 1, 2, 3].map((j) => `loadRight(batch, column0 + place + ${j}u, at)`).join(', ')});
  workgroupBarrier();
  for (var kk = 0u; kk < ${CHUNK}u; kk++) {
    let k = k0 + kk;
    let a = lefts[kk * 8u + ${atA}];
    let b = rights[kk * 8u + ${atB}];
    ${dots.join('\n    ')}
    ${product.leftFactor ? `leftSum += ${sum('a', product.leftOnes as string)};` : ''}
    ${product.rightFactor ? `rightSum += ${sum('b', ONES)};` : ''}
  }
  workgroupBarrier();
}`
}

interface Target {
  readonly name: string
  readonly target: Storage
  readonly base: string
  readonly isWide: boolean
}

function store(product: Product, target: Target): string {
  const { inner } = product
  const [size, otherSize] = inner === 'rows' ? ['ROWS', 'COLUMNS'] : ['COLUMNS', 'ROWS']
  const [start, otherStart] = inner === 'rows' ? ['row0', 'column0'] : ['column0', 'row0']
  const lines = LANES.map((lane, q) => {
    const other = inner === 'rows' ? 'column' : 'row'
    return `{
  let ${other} = other0 + ${q}u;
  if (${other} < ${otherSize}) {
    let first = (batch * ${otherSize} + ${other}) * ${size} + inner0;
${storeFour(product, { ...target, q, lane })}
  }
}`
  })
  return `let inner0 = ${start} + (lane % 8u) * 4u;
let other0 = ${otherStart} + (lane / 8u) * 4u;
if (inner0 >= ${size}) { return; }
${lines.join('\n')}`
}

function storeFour(
  product: Product,
  { name, target, base, isWide, q, lane }: Target & { q: number; lane: string },
): string {
  const isRows = product.inner === 'rows'
  const values = LANES.map((p, j) => {
    const column = isRows ? '' : `let column = inner0 + ${j}u; `
    const [left, right] = isRows
      ? [`leftSum.${p}`, `rightSum.${lane}`]
      : [`leftSum.${lane}`, `rightSum.${p}`]
    return `${column}accumulated = ${finish(product, `dot${q}.${p}`, left, right)};`
  })
  if (isPacked(target.layout)) {
    const bytes = values.map(
      (value, j) =>
        `{ ${value} word |= (bitcast<u32>(${name}(first + ${j}u)) & 0xffu) << ${8 * j}u; }`,
    )
    return `var word = 0u;\n${bytes.join('\n')}\narena[${base} + first / 4u] = word;`
  }
  const size = isRows ? 'ROWS' : 'COLUMNS'
  return values
    .map(
      (value, j) =>
        `if (inner0 + ${j}u < ${size}) { ${value} ${storeOne(name, base, target, isWide, j)} }`,
    )
    .join('\n')
}

function storeOne(name: string, base: string, target: Storage, isWide: boolean, j: number): string {
  const at = `first + ${j}u`
  if (target.layout === 'i64') {
    return `let value = ${name}(${at}); arena[${base} + 2u * (${at})] = value.x; arena[${base} + 2u * (${at}) + 1u] = value.y;`
  }
  return `arena[${base} + ${at}] = ${isWide ? `${name}(${at}).x` : `bitcast<u32>(${name}(${at}))`};`
}
