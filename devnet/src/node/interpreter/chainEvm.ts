import type { Common } from '@ethereumjs/common'
import { EVM, type EVMOpts, getOpcodesForHF, NobleBN254 } from '@ethereumjs/evm'
import { originOf } from '../common.js'
import { leadingTable, type Opcodes, type OpcodeTable } from './opcodes.js'
import { watchedTable } from './watched.js'

interface Known {
  readonly hardfork: string
  readonly opcodes: Opcodes
  readonly leading: OpcodeTable
  readonly watched: OpcodeTable
}

/** By what the rules of the EVM were copied from, and their hardfork. */
const known = new WeakMap<Common, Known>()

/** An EVM that shares its table of opcodes, since making one takes longer than most calls, and runs frames itself. */
export class ChainEvm extends EVM {
  constructor(options: EVMOpts) {
    super({ bn254: new NobleBN254(), ...options })
  }

  override getActiveOpcodes(): Opcodes['opcodes'] {
    const { opcodes } = opcodesOf(this.common)
    this._opcodes = opcodes.opcodes
    this._dynamicGasHandlers = opcodes.dynamicGasHandlers
    this._handlers = opcodes.handlers
    this._opcodeMap = opcodes.opcodeMap
    return opcodes.opcodes
  }

  /** Whoever listens to steps gets each of them from the library's own loop. */
  protected override runInterpreter(
    ...frame: Parameters<EVM['runInterpreter']>
  ): ReturnType<EVM['runInterpreter']> {
    const { leading, watched } = opcodesOf(this.common)
    const isWatched = this.events.listenerCount('step') > 0 || this.DEBUG
    this._opcodeMap = isWatched ? watched : leading
    return super.runInterpreter(...frame)
  }
}

function opcodesOf(common: Common): Known {
  const origin = originOf(common)
  const hardfork = common.hardfork()
  const made = known.get(origin)
  if (made?.hardfork === hardfork) return made
  const opcodes = getOpcodesForHF(common)
  const leading = leadingTable(opcodes, common)
  const entry = { hardfork, opcodes, leading, watched: watchedTable(opcodes) }
  known.set(origin, entry)
  return entry
}
