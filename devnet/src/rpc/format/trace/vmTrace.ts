import type { Hex } from '../../../node/node.js'
import type { Frame, Step } from '../../../node/trace/frame.js'
import { toNumber } from './structLogs.js'

/** The opcodes of a frame, and of the frames that it called, as OpenEthereum's `vmTrace` gives them. */
export interface VmTrace {
  readonly code: Hex
  readonly ops: readonly unknown[]
}

export function formatVmTrace({ code, steps }: Frame): VmTrace {
  return { code, ops: steps.map(formatOperation) }
}

function formatOperation({ pc, op, cost, effect, sub }: Step) {
  return {
    cost: toNumber(cost),
    ex: effect
      ? {
          mem: effect.memory ? { data: effect.memory.data, off: effect.memory.offset } : null,
          push: effect.push,
          store: effect.store ? { key: effect.store.slot, val: effect.store.value } : null,
          used: Number(effect.gasLeft),
        }
      : null,
    op,
    pc,
    sub: sub && sub.steps.length > 0 ? formatVmTrace(sub) : null,
  }
}
