import type { Common } from '@ethereumjs/common'
import { EVM, type EVMOpts, getOpcodesForHF, NobleBN254 } from '@ethereumjs/evm'
import { originOf } from './common.js'

type Opcodes = ReturnType<typeof getOpcodesForHF>

/** By what the rules of the EVM were copied from, and their hardfork. */
const known = new WeakMap<Common, { readonly hardfork: string; readonly opcodes: Opcodes }>()

/** An EVM that shares its table of opcodes: making one takes longer than most calls. */
export class ChainEvm extends EVM {
  constructor(options: EVMOpts) {
    super({ bn254: new NobleBN254(), ...options })
  }

  override getActiveOpcodes(): Opcodes['opcodes'] {
    const table = opcodesOf(this.common)
    this._opcodes = table.opcodes
    this._dynamicGasHandlers = table.dynamicGasHandlers
    this._handlers = table.handlers
    this._opcodeMap = table.opcodeMap
    return table.opcodes
  }
}

function opcodesOf(common: Common): Opcodes {
  const origin = originOf(common)
  const hardfork = common.hardfork()
  const made = known.get(origin)
  if (made?.hardfork === hardfork) return made.opcodes
  const opcodes = getOpcodesForHF(common)
  known.set(origin, { hardfork, opcodes })
  return opcodes
}
