import { hexToBytes } from '@ethereumjs/util'
import { keccak } from '@lockstep/precompile'

/** What the inference precompile answered once. */
export interface Answer {
  readonly calldata: Uint8Array
  readonly returnData: Uint8Array
  readonly gasUsed: bigint
  /** False where it reverted. */
  readonly success: boolean
}

/** Opcodes by their name. */
const op = {
  add: 0x01,
  mul: 0x02,
  sub: 0x03,
  lt: 0x10,
  eq: 0x14,
  isZero: 0x15,
  and: 0x16,
  keccak256: 0x20,
  address: 0x30,
  origin: 0x32,
  caller: 0x33,
  calldataSize: 0x36,
  calldataCopy: 0x37,
  codeCopy: 0x39,
  extCodeSize: 0x3b,
  pop: 0x50,
  jump: 0x56,
  jumpIf: 0x57,
  gas: 0x5a,
  jumpDest: 0x5b,
  dup1: 0x80,
  dup2: 0x81,
  dup4: 0x83,
  swap1: 0x90,
  return: 0xf3,
  revert: 0xfd,
  invalid: 0xfe,
} as const

/** What a first access to an account costs above another one (EIP-2929). A precompile costs nobody that. */
const coldSurcharge = 2500
/** An account that nobody has: whether it was accessed before tells whether this contract was. */
const flag = hexToBytes(`0x${'f1'.repeat(20)}`)
/** Gas between the last look at what is left and the end, without the slide. */
const ending = 61
const slideLength = 256
const inferenceByte = 0xa1

/**
 * Code of a contract that answers these calls as the precompile did, by the hash of their calldata, and takes exactly
 * the gas that it took. To call it costs `coldSurcharge` more the first time in a transaction, as it is none: then it
 * takes that much less itself.
 */
export function answeringCode(answers: readonly Answer[]): Uint8Array {
  const code = new Assembler()
  code.put(op.gas)
  code.put(op.calldataSize).push(0, 1).push(0, 1).put(op.calldataCopy)
  code.put(op.calldataSize).push(0, 1).put(op.keccak256)
  for (const [index, { calldata }] of answers.entries()) {
    code.put(op.dup1).pushBytes(keccak(calldata)).put(op.eq).label(`answer${index}`).put(op.jumpIf)
  }
  code.at('invalid').put(op.jumpDest, op.invalid)
  for (const [index, answer] of answers.entries()) answerCall(code, index, answer)
  burnGas(code)
  for (const [index, { returnData }] of answers.entries())
    code.at(`data${index}`).put(...returnData)
  return code.bytes()
}

/** The gas at the start is on the stack, below the hash. Leaves what has to be left, the size and where to end. */
function answerCall(
  code: Assembler,
  index: number,
  { returnData, gasUsed, success }: Answer,
): void {
  code.at(`answer${index}`).put(op.jumpDest, op.pop)
  code.push(returnData.length, 4).label(`data${index}`).push(0, 1).put(op.codeCopy)
  code.put(op.gas).pushBytes(flag).put(op.extCodeSize, op.pop, op.gas, op.swap1, op.sub)
  code.push(1000, 2).put(op.lt)
  // A transaction to it has accessed it already.
  code.put(op.caller, op.origin, op.eq, op.address).push(inferenceByte, 1)
  code.put(op.eq, op.and, op.isZero, op.and).push(coldSurcharge, 2).put(op.mul)
  code.push(Number(gasUsed), 4).put(op.sub, op.swap1).push(2, 1).put(op.add)
  code.put(op.dup2, op.dup2, op.lt).label('invalid').put(op.jumpIf, op.sub)
  code
    .push(returnData.length, 4)
    .label(success ? 'return' : 'revert')
    .label('burn')
    .put(op.jump)
}

/** Takes gas until as much is left as has to be, to the last unit. */
function burnGas(code: Assembler): void {
  code.at('burn').put(op.jumpDest, op.gas, op.dup4, op.swap1, op.sub, op.dup1).push(slideLength, 2)
  code.put(op.lt, op.isZero).label('slide').put(op.jumpIf, op.pop).label('burn').put(op.jump)
  code.at('slide').put(op.jumpDest).label('end', ending).put(op.sub, op.jump)
  code
    .put(...new Array<number>(slideLength).fill(op.jumpDest))
    .at('end')
    .put(op.jump)
  code.at('return').put(op.jumpDest).push(0, 1).put(op.return)
  code.at('revert').put(op.jumpDest).push(0, 1).put(op.revert)
}

const placeBytes = 3

/** Puts code together whose jumps know places by name. */
class Assembler {
  private readonly code: number[] = []
  private readonly places = new Map<string, number>()
  private readonly uses: { readonly at: number; readonly name: string; readonly offset: number }[] =
    []

  put(...bytes: number[]): this {
    for (const byte of bytes) this.code.push(byte)
    return this
  }

  /** Pushes a number of so many bytes. */
  push(value: number, width: number): this {
    const bytes = Array.from(
      { length: width },
      (_, i) => Math.floor(value / 256 ** (width - 1 - i)) % 256,
    )
    return this.pushBytes(Uint8Array.from(bytes))
  }

  pushBytes(bytes: Uint8Array): this {
    return this.put(0x5f + bytes.length, ...bytes)
  }

  /** Pushes the place with a name. */
  label(name: string, offset = 0): this {
    this.uses.push({ at: this.code.length + 1, name, offset })
    return this.push(0, placeBytes)
  }

  /** Names the place that comes next. */
  at(name: string): this {
    this.places.set(name, this.code.length)
    return this
  }

  bytes(): Uint8Array {
    const bytes = Uint8Array.from(this.code)
    for (const { at, name, offset } of this.uses) {
      const place = (this.places.get(name) ?? 0) + offset
      for (let i = 0; i < placeBytes; i++)
        bytes[at + i] = (place >> (8 * (placeBytes - 1 - i))) & 0xff
    }
    return bytes
  }
}
