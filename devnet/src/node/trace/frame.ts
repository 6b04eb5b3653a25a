import type { Hex } from '../node.js'

/** The opcode that opened a frame; SELFDESTRUCT opens none, and stands in the tree as a leaf. */
export type FrameType =
  | 'CALL'
  | 'CALLCODE'
  | 'DELEGATECALL'
  | 'STATICCALL'
  | 'CREATE'
  | 'CREATE2'
  | 'SELFDESTRUCT'

/** A log, and where among the calls of its frame it was written. */
export interface FrameLog {
  readonly address: Hex
  readonly topics: readonly Hex[]
  readonly data: Hex
  /** Calls that the frame had made before. */
  readonly position: number
}

/** One call of an execution, with the calls that it made. */
export interface Frame {
  readonly type: FrameType
  readonly from: Hex
  /** Whose code runs, or the account made or benefiting; that of a creation that failed, where it had come so far. */
  to: Hex | undefined
  readonly value: bigint
  readonly gas: bigint
  gasUsed: bigint
  /** Calldata, or the code that makes a contract. */
  readonly input: Hex
  output: Hex
  /** EthereumJS's name of the failure, or why the frame could not be entered. */
  error: string | undefined
  readonly isPrecompile: boolean
  readonly calls: Frame[]
  readonly logs: FrameLog[]
  /** Opcodes that ran in this frame itself; empty unless they were asked for. */
  readonly steps: Step[]
  /** The code that ran, where steps were asked for. */
  code: Hex
}

/** One opcode, and the machine as it found it. */
export interface Step {
  readonly pc: number
  readonly op: string
  readonly gas: bigint
  /** What the opcode took, the gas that it handed on included. */
  cost: bigint
  /** 1 in the top frame. */
  readonly depth: number
  readonly refund: bigint
  error: string | undefined
  readonly stack?: readonly Hex[]
  /** Words of the memory. */
  readonly memory?: readonly Hex[]
  /** What the last call gave back. */
  readonly returnData?: Hex
  /** Slots of the executing account that were read or written so far; at SLOAD and SSTORE alone. */
  storage?: Readonly<Record<Hex, Hex>>
  /** What the opcode changed, where effects were asked for. */
  effect?: Effect
  /** The frame that the opcode opened. */
  sub: Frame | undefined
}

/** The machine after an opcode, as far as it differs. */
export interface Effect {
  readonly gasLeft: bigint
  readonly push: readonly Hex[]
  readonly memory: { readonly offset: number; readonly data: Hex } | undefined
  readonly store: { readonly slot: Hex; readonly value: Hex } | undefined
}

/** Every frame of a tree, each before the ones that it called. */
export function* framesOf(frame: Frame): Generator<Frame> {
  // The tree is as deep as the EVM lets calls nest: more than a recursion of generators bears.
  const waiting = [frame]
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    yield next
    for (let index = next.calls.length - 1; index >= 0; index--) {
      waiting.push(next.calls[index] as Frame)
    }
  }
}

/** Every step of an execution, in order. */
export function* stepsOf(frame: Frame): Generator<Step> {
  const running = [{ frame, position: 0 }]
  for (let top = running.at(-1); top; top = running.at(-1)) {
    const step = top.frame.steps[top.position++]
    if (!step) {
      running.pop()
      continue
    }
    yield step
    if (step.sub && step.sub.steps.length > 0) running.push({ frame: step.sub, position: 0 })
  }
}
