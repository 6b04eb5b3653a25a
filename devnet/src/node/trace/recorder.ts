import {
  type EVM,
  EVMError,
  type EVMResult,
  type ExecResult,
  type InterpreterStep,
  type Message,
} from '@ethereumjs/evm'
import { bytesToHex } from '@ethereumjs/util'
import type { Hex } from '../node.js'
import type { Budget } from './budget.js'
import { effectOf } from './effect.js'
import { failureOf, isOfOpcode, isUnknown } from './failure.js'
import type { Frame, Step } from './frame.js'
import {
  type Machine,
  machineAfter,
  machineBefore,
  peek,
  readMemory,
  StackText,
  toHexWord,
  toWords,
} from './machine.js'
import {
  frameOf,
  frameTypes,
  handedOn,
  isCreation,
  refusedFrame,
  selfdestructFrame,
} from './openFrame.js'

/** What to keep of every opcode. Frames are kept always. */
export interface StepOptions {
  readonly stack?: boolean
  readonly memory?: boolean
  readonly storage?: boolean
  readonly returnData?: boolean
  /** What each opcode changed, and the code of each frame. */
  readonly effects?: boolean
  /** The most steps to keep. Default: all. */
  readonly limit?: number
}

/** The last opcode of a frame: what it did is known when the next one comes. */
interface Pending {
  readonly event: InterpreterStep
  readonly step: Step | undefined
  /** Whether the EVM entered the frame that the opcode asks for. */
  entered: boolean
}

/** A frame that is being executed. */
interface Running {
  readonly frame: Frame
  readonly message: Message
  readonly stackText: StackText
  pending: Pending | undefined
  /** What RETURNDATASIZE sees. */
  returnData: Hex
}

const [sload, sstore, firstLog, lastLog, selfdestruct] = [0x54, 0x55, 0xa0, 0xa4, 0xff]
/** STOP, RETURN, REVERT and SELFDESTRUCT: after them a frame is over. */
const endings = new Set([0x00, 0xf3, 0xfd, 0xff])
/** Characters that JSON takes around the values of a frame, a log and a step. */
const overhead = { frame: 300, log: 200, step: 110, slot: 140, word: 69 }

/**
 * Follows what one EVM executes: the tree of its frames, and their opcodes where they are asked for.
 * Where a limit is reached it ends the execution by a throw, and the view is spent.
 */
export class ExecutionRecorder {
  /** Why recording ended early. */
  limit: Error | undefined
  private readonly running: Running[] = []
  private root: Frame | undefined
  private stepCount = 0
  /** The slots that were read or written so far with their values, by the account that they are of. */
  private readonly storage = new Map<Hex, Record<Hex, Hex>>()

  constructor(
    private readonly evm: EVM,
    private readonly budget: Budget,
    private readonly options?: StepOptions,
  ) {}

  /** Starts to listen. */
  attach(): void {
    const { events } = this.evm
    events.on('beforeMessage', (message: Message) => this.guard(() => this.enter(message)))
    events.on('afterMessage', (result: EVMResult) => this.guard(() => this.leave(result)))
    // The EVM waits for a listener of two parameters until it calls the second.
    events.on('step', (event: InterpreterStep, resume?: () => void) => {
      this.guard(() => this.step(event))
      if (!this.guard(() => this.budget.isTurnOver())) return resume?.()
      setImmediate(() => {
        this.budget.resume()
        resume?.()
      })
    })
  }

  /** Forgets what ran before: what runs from here on is another execution. */
  begin(): void {
    this.root = undefined
    this.running.length = 0
    this.stepCount = 0
    this.storage.clear()
  }

  /** The top frame of what ran since `begin`; undefined when nothing did. */
  get frame(): Frame | undefined {
    return this.root
  }

  /** Slots that were read or written since `begin`, by the account that they are of. */
  *slots(): Generator<[account: Hex, slots: Hex[]]> {
    for (const [account, slots] of this.storage) yield [account, Object.keys(slots) as Hex[]]
  }

  private guard<T>(task: () => T): T {
    try {
      return task()
    } catch (error) {
      this.limit ??= error as Error
      throw error
    }
  }

  private enter(message: Message): void {
    const caller = this.running.at(-1)
    const opcode = caller?.pending?.event.opcode.code ?? 0
    const type = frameTypes[opcode] ?? (message.to ? 'CALL' : 'CREATE')
    const frame = frameOf(this.evm, message, type)
    this.budget.spend(overhead.frame + frame.input.length)
    if (caller?.pending) {
      caller.pending.entered = true
      open(caller.pending.step, frame)
    }
    caller?.frame.calls.push(frame)
    this.root ??= frame
    const stackText = new StackText()
    this.running.push({ frame, message, stackText, pending: undefined, returnData: '0x' })
  }

  private leave({ execResult, createdAddress }: EVMResult): void {
    const running = this.running.pop()
    if (!running) return
    const { frame, message } = running
    const error = failureOf(execResult.exceptionError, running)
    if (error === undefined) this.settleLast(running, execResult)
    else this.failLast(running, error)
    frame.gasUsed = execResult.executionGasUsed
    frame.output = bytesToHex(execResult.returnValue)
    frame.error = error
    if (isCreation(frame.type)) frame.to = createdAddress?.toString()
    if (this.options?.effects && message.code instanceof Uint8Array) {
      frame.code = bytesToHex(message.code)
    }
    this.budget.spend(frame.output.length + frame.code.length)
    const caller = this.running.at(-1)
    if (caller) caller.returnData = returnDataOf(frame)
  }

  private settleLast(running: Running, execResult: ExecResult): void {
    const after = machineAfter(execResult)
    const last = running.pending?.event.opcode.code
    this.settle(running, after)
    // Code that ends without an opcode that ends it stops there.
    if (after && last !== undefined && !endings.has(last)) {
      const step = this.keep(running, after, 'STOP', 0n)
      if (step && this.options?.effects) {
        step.effect = { gasLeft: after.gasLeft, push: [], memory: undefined, store: undefined }
      }
    }
  }

  /** The last opcode of a frame that failed did so itself, unless it asked for it or its code was refused after it. */
  private failLast({ pending }: Running, error: string): void {
    if (!pending?.step) return
    const { event, step } = pending
    if (isOfOpcode(error)) {
      step.error = error
      if (isStorageOpcode(event)) this.showStorage(event, step)
    } else if (this.options?.effects) {
      step.effect = effectOf(event, undefined)
    }
  }

  private step(event: InterpreterStep): void {
    const running = this.running.at(-1)
    if (!running) return
    const machine = machineBefore(event)
    this.settle(running, machine)
    const { name, fee, dynamicFee } = event.opcode
    const op = isUnknown(event, running.message) ? 'Unknown' : name
    const step = this.keep(running, machine, op, dynamicFee ?? BigInt(fee))
    running.pending = { event, step, entered: false }
  }

  /** Records a step, unless nobody wants it or there are enough of them. */
  private keep(running: Running, machine: Machine, op: string, cost: bigint): Step | undefined {
    const { options } = this
    if (!options || this.stepCount >= (options.limit ?? Number.POSITIVE_INFINITY)) return undefined
    this.stepCount++
    const stack = options.stack ? running.stackText.update(machine.stack) : undefined
    const memory = options.memory ? toWords(machine.memory) : undefined
    const step: Step = {
      pc: machine.pc,
      op,
      gas: machine.gasLeft,
      cost,
      depth: running.message.depth + 1,
      refund: machine.gasRefund,
      error: undefined,
      sub: undefined,
      ...(stack && { stack }),
      ...(memory && { memory }),
      ...(options.returnData && { returnData: running.returnData }),
    }
    this.budget.spend(
      overhead.step +
        (stack ? running.stackText.size : 0) +
        (memory?.length ?? 0) * overhead.word +
        (options.returnData ? running.returnData.length : 0),
    )
    running.frame.steps.push(step)
    return step
  }

  /** Notes what the last opcode of this frame did, now that it is known not to have failed. */
  private settle(running: Running, after: Machine | undefined): void {
    const { pending } = running
    if (!pending) return
    running.pending = undefined
    const { event, step, entered } = pending
    const { code } = event.opcode
    if (code >= firstLog && code <= lastLog) this.log(running.frame, event)
    else if (code === selfdestruct) this.addCall(running.frame, selfdestructFrame(event))
    else if (isStorageOpcode(event)) this.access(event, step, after)
    else if (frameTypes[code] && !entered) {
      const refused = refusedFrame(event)
      open(step, refused)
      running.returnData = '0x'
      this.addCall(running.frame, refused)
    }
    if (!step || !this.options?.effects) return
    step.effect = effectOf(event, after)
    this.budget.spend(overhead.step + (step.effect.memory?.data.length ?? 0))
  }

  private addCall(frame: Frame, call: Frame): void {
    this.budget.spend(overhead.frame + call.input.length)
    frame.calls.push(call)
  }

  private log(frame: Frame, event: InterpreterStep): void {
    const data = bytesToHex(readMemory(event.memory, peek(event, 0), peek(event, 1)))
    this.budget.spend(overhead.log + data.length)
    const count = event.opcode.code - firstLog
    frame.logs.push({
      address: event.address.toString(),
      topics: Array.from({ length: count }, (_, index) => toHexWord(peek(event, 2 + index))),
      data,
      position: frame.calls.length,
    })
  }

  private access(event: InterpreterStep, step: Step | undefined, after: Machine | undefined): void {
    const account = event.address.toString()
    const slots = this.storage.get(account) ?? {}
    const isRead = event.opcode.code === sload
    slots[toHexWord(peek(event, 0))] = toHexWord(isRead && after ? peek(after, 0) : peek(event, 1))
    this.storage.set(account, slots)
    if (step) this.showStorage(event, step)
  }

  private showStorage(event: InterpreterStep, step: Step): void {
    if (!this.options?.storage) return
    const slots = this.storage.get(event.address.toString()) ?? {}
    this.budget.spend(Object.keys(slots).length * overhead.slot)
    step.storage = { ...slots }
  }
}

function isStorageOpcode({ opcode }: InterpreterStep): boolean {
  return opcode.code === sload || opcode.code === sstore
}

/** Ties a step to the frame that it opens, whose gas it pays. */
function open(step: Step | undefined, frame: Frame): void {
  if (!step) return
  step.sub = frame
  step.cost += handedOn(frame)
}

/** What of a frame its caller can read afterwards. */
function returnDataOf({ type, error, output }: Frame): Hex {
  if (error === EVMError.errorMessages.REVERT) return output
  return error === undefined && !isCreation(type) ? output : '0x'
}
