/** A function of WGSL and the names of those that it calls. */
interface LibraryFunction {
  readonly code: string
  readonly needs?: readonly string[]
}

/** An int64 is a `vec2<u32>`, the lower half first: WGSL has no 64-bit integers. All arithmetic wraps around. */
const WIDE: Readonly<Record<string, LibraryFunction>> = {
  widen: {
    code: `fn widen(a: i32) -> vec2<u32> {
  return vec2<u32>(bitcast<u32>(a), bitcast<u32>(a >> 31u));
}`,
  },
  add64: {
    code: `fn add64(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> {
  let low = a.x + b.x;
  return vec2<u32>(low, a.y + b.y + select(0u, 1u, low < a.x));
}`,
  },
  sub64: {
    code: `fn sub64(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> {
  return vec2<u32>(a.x - b.x, a.y - b.y - select(0u, 1u, a.x < b.x));
}`,
  },
  neg64: {
    code: `fn neg64(a: vec2<u32>) -> vec2<u32> {
  return sub64(vec2<u32>(0u, 0u), a);
}`,
    needs: ['sub64'],
  },
  abs64: {
    code: `fn abs64(a: vec2<u32>) -> vec2<u32> {
  if ((a.y >> 31u) != 0u) { return neg64(a); }
  return a;
}`,
    needs: ['neg64'],
  },
  /** The whole product of two words, from products of their halves. */
  product64: {
    code: `fn product64(a: u32, b: u32) -> vec2<u32> {
  let al = a & 0xffffu;
  let ah = a >> 16u;
  let bl = b & 0xffffu;
  let bh = b >> 16u;
  let low = al * bl;
  let cross = ah * bl;
  let other = al * bh;
  let middle = (low >> 16u) + (cross & 0xffffu) + (other & 0xffffu);
  let high = ah * bh + (cross >> 16u) + (other >> 16u) + (middle >> 16u);
  return vec2<u32>((middle << 16u) | (low & 0xffffu), high);
}`,
  },
  mul64: {
    code: `fn mul64(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> {
  let p = product64(a.x, b.x);
  return vec2<u32>(p.x, p.y + a.x * b.y + a.y * b.x);
}`,
    needs: ['product64'],
  },
  less64: {
    code: `fn less64(a: vec2<u32>, b: vec2<u32>) -> bool {
  return select(bitcast<i32>(a.y) < bitcast<i32>(b.y), a.x < b.x, a.y == b.y);
}`,
  },
  min64: {
    code: `fn min64(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> {
  return select(a, b, less64(b, a));
}`,
    needs: ['less64'],
  },
  max64: {
    code: `fn max64(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> {
  return select(a, b, less64(a, b));
}`,
    needs: ['less64'],
  },
  /** Schoolbook division: by words where both fit, by half words where the divisor fits one, else bit by bit. */
  divideUnsigned64: {
    code: `fn divideUnsigned64(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> {
  if (a.y == 0u && b.y == 0u) { return vec2<u32>(a.x / b.x, 0u); }
  if (b.y == 0u && b.x < 65536u) {
    let first = ((a.y % b.x) << 16u) | (a.x >> 16u);
    let second = ((first % b.x) << 16u) | (a.x & 0xffffu);
    return vec2<u32>(((first / b.x) << 16u) | (second / b.x), a.y / b.x);
  }
  var quotient = a;
  var rest = vec2<u32>(0u, 0u);
  for (var bit = 0u; bit < 64u; bit++) {
    rest = vec2<u32>((rest.x << 1u) | (quotient.y >> 31u), (rest.y << 1u) | (rest.x >> 31u));
    quotient = vec2<u32>(quotient.x << 1u, (quotient.y << 1u) | (quotient.x >> 31u));
    if (rest.y > b.y || (rest.y == b.y && rest.x >= b.x)) {
      rest = sub64(rest, b);
      quotient.x |= 1u;
    }
  }
  return quotient;
}`,
    needs: ['sub64'],
  },
  /** Truncates towards zero. */
  div64: {
    code: `fn div64(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> {
  let quotient = divideUnsigned64(abs64(a), abs64(b));
  if (((a.y ^ b.y) >> 31u) != 0u) { return neg64(quotient); }
  return quotient;
}`,
    needs: ['abs64', 'neg64', 'divideUnsigned64'],
  },
}

/** Reads of one element in each layout, from each buffer. */
function reads(buffer: string): Readonly<Record<string, LibraryFunction>> {
  return {
    [`${buffer}_u8`]: {
      code: `fn ${buffer}_u8(base: u32, i: u32) -> i32 {
  return i32(extractBits(${buffer}[base + (i >> 2u)], (i & 3u) << 3u, 8u));
}`,
    },
    [`${buffer}_s8`]: {
      code: `fn ${buffer}_s8(base: u32, i: u32) -> i32 {
  return extractBits(bitcast<i32>(${buffer}[base + (i >> 2u)]), (i & 3u) << 3u, 8u);
}`,
    },
    [`${buffer}_i32`]: {
      code: `fn ${buffer}_i32(base: u32, i: u32) -> i32 {
  return bitcast<i32>(${buffer}[base + i]);
}`,
    },
    [`${buffer}_i64`]: {
      code: `fn ${buffer}_i64(base: u32, i: u32) -> vec2<u32> {
  return vec2<u32>(${buffer}[base + 2u * i], ${buffer}[base + 2u * i + 1u]);
}`,
    },
  }
}

const INDICES: Readonly<Record<string, LibraryFunction>> = {
  fromFront: {
    code: `fn fromFront(index: i32, size: u32) -> u32 {
  return bitcast<u32>(index) + select(0u, size, index < 0i);
}`,
  },
}

const BYTES: Readonly<Record<string, LibraryFunction>> = {
  /** The lowest bytes of four integers. */
  pack8: {
    code: `fn pack8(v: vec4<i32>) -> u32 {
  let b = bitcast<vec4<u32>>(v) & vec4<u32>(0xffu);
  return b.x | (b.y << 8u) | (b.z << 16u) | (b.w << 24u);
}`,
  },
  dot8: {
    code: `fn dot8(a: u32, b: u32) -> i32 {
  return dot4I8Packed(a, b);
}`,
  },
}

/** For devices without the language feature `packed_4x8_integer_dot_product`. */
const DOT8_BY_HAND: LibraryFunction = {
  code: `fn dot8(a: u32, b: u32) -> i32 {
  let x = bitcast<i32>(a);
  let y = bitcast<i32>(b);
  return extractBits(x, 0u, 8u) * extractBits(y, 0u, 8u)
    + extractBits(x, 8u, 8u) * extractBits(y, 8u, 8u)
    + extractBits(x, 16u, 8u) * extractBits(y, 16u, 8u)
    + extractBits(x, 24u, 8u) * extractBits(y, 24u, 8u);
}`,
}

const LIBRARY: Readonly<Record<string, LibraryFunction>> = {
  ...WIDE,
  ...reads('weights'),
  ...reads('arena'),
  ...INDICES,
  ...BYTES,
}

/** What the language of a device offers. */
export interface Dialect {
  /** Products of four signed bytes at once, `dot4I8Packed`. */
  readonly hasPackedDot: boolean
}

/** The functions of these names and all that they call, as WGSL. */
export function libraryCode(names: Iterable<string>, { hasPackedDot }: Dialect): string {
  const seen = new Set<string>()
  const visit = (name: string) => {
    if (seen.has(name)) return
    seen.add(name)
    for (const need of find(name, hasPackedDot).needs ?? []) visit(need)
  }
  for (const name of names) visit(name)
  return [...seen].map((name) => find(name, hasPackedDot).code).join('\n')
}

/** The text of each function that a device may be given, by name. */
export function libraryFunctions({ hasPackedDot }: Dialect): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.keys(LIBRARY).map((name) => [name, find(name, hasPackedDot).code]),
  )
}

function find(name: string, hasPackedDot: boolean): LibraryFunction {
  const entry = name === 'dot8' && !hasPackedDot ? DOT8_BY_HAND : LIBRARY[name]
  if (!entry) throw new RangeError(`the library has no function "${name}"`)
  return entry
}
