const push0 = 0x5f
const push1 = 0x60
const push32 = 0x7f
const jumpDestination = 0x5b

/** What the interpreter reads off a code before it runs. */
export interface Analysis {
  /** 1 where a jump may land. */
  readonly jumps: Uint8Array
  /** What each PUSH of the code pushes, in their order. */
  readonly pushed: readonly bigint[]
  /** By the place of a PUSH: its index in `pushed`. */
  readonly pushes: Uint32Array
}

/** Codes are shared by all states that hold them, so that a contract is analysed once. */
const analyses = new WeakMap<Uint8Array, Analysis>()

/** The analysis of a code that nobody writes to any more. */
export function analysisOf(code: Uint8Array): Analysis {
  const known = analyses.get(code)
  if (known) return known
  const made = analyse(code)
  analyses.set(code, made)
  return made
}

function analyse(code: Uint8Array): Analysis {
  const jumps = new Uint8Array(code.length)
  const pushes = new Uint32Array(code.length)
  const pushed: bigint[] = []
  for (let place = 0; place < code.length; place++) {
    const opcode = code[place] as number
    if (opcode === jumpDestination) jumps[place] = 1
    if (opcode < push1 || opcode > push32) continue
    const length = opcode - push0
    pushes[place] = pushed.push(valueAt(code, place + 1, length)) - 1
    place += length
  }
  return { jumps, pushes, pushed }
}

/** Past its end a code reads as zeros. */
function valueAt(code: Uint8Array, start: number, length: number): bigint {
  let value = 0n
  for (let i = 0; i < length; i++) value = (value << 8n) | BigInt(code[start + i] ?? 0)
  return value
}
