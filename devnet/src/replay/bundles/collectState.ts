import { RLP } from '@ethereumjs/rlp'
import { bytesToBigInt, bytesToHex, hexToBytes } from '@ethereumjs/util'
import type { Hex } from '../../node/node.js'
import type { BlockReads } from '../../node/witness/blockReads.js'
import type { BlockPlace, StartFacts } from './manifest.js'
import { PartialState } from './partialState.js'
import type { StateFile } from './start.js'

const stateRootField = 3
const difficultyField = 7
const numberField = 8

/** A part of the state after a block. */
export interface CollectedState {
  readonly file: StateFile
  readonly start: StartFacts
  /** Whether the block was mined: then the work behind it counts, too. */
  readonly isMined: boolean
}

/** Gathers what blocks read of the state before the first of them. */
export class StateCollector {
  private readonly state = new PartialState()
  private readonly headers = new Map<bigint, Uint8Array>()

  /** @param reads of one of the blocks. They may come in any order. */
  add({ state, codes, headers }: BlockReads): void {
    for (const row of state) this.state.addNode(hexToBytes(row))
    for (const code of codes) this.state.addCode(hexToBytes(code))
    for (const header of headers.map(hexToBytes)) this.headers.set(numberOf(header), header)
  }

  /**
   * What of it is of the state after a block; the rest is what later blocks made.
   * @param stateRoot of that state.
   */
  under(base: BlockPlace, stateRoot: Hex): CollectedState {
    const { nodes, codes } = this.state.under(hexToBytes(stateRoot))
    const headers = [...this.headers]
      .filter(([number]) => number <= base.number)
      .sort(([a], [b]) => (a > b ? -1 : 1))
      .map(([, header]) => header)
    const [first] = headers
    const fields = first ? fieldsOf(first) : []
    const sealedRoot = bytesToHex(fields[stateRootField] ?? new Uint8Array())
    const provedBy = sealedRoot === stateRoot ? 'header' : 'manifest'
    return {
      file: { headers, nodes, codes },
      start: { stateRoot, provedBy },
      isMined: (fields[difficultyField]?.length ?? 0) > 0,
    }
  }
}

function numberOf(header: Uint8Array): bigint {
  const number = fieldsOf(header)[numberField]
  return number?.length ? bytesToBigInt(number) : 0n
}

function fieldsOf(header: Uint8Array): Uint8Array[] {
  return RLP.decode(header) as Uint8Array[]
}
