import { RLP } from '@ethereumjs/rlp'
import { bytesToUnprefixedHex } from '@ethereumjs/util'
import { keccak } from '@lockstep/precompile'
import { codePrefix } from '../../node/stateKeys.js'
import type { Row } from '../../node/storage/store.js'
import { decodeNode, type Reference, type TrieNode } from '../../node/trie/node.js'

/** No node of a state's tries is larger: a branch of sixteen hashes takes 532 bytes. */
export const largestNode = 1024

/** Trie nodes and codes of one state, by their hashes. */
export class PartialState {
  private readonly nodes = new Map<string, Uint8Array>()
  private readonly codes = new Map<string, Uint8Array>()

  /** @returns false where it is there already. */
  addNode(row: Uint8Array): boolean {
    return add(this.nodes, row)
  }

  /** @returns false where it is there already. */
  addCode(code: Uint8Array): boolean {
    return add(this.codes, code)
  }

  /** How many nodes and codes there are. */
  get size(): number {
    return this.nodes.size + this.codes.size
  }

  /**
   * The nodes and codes to which a root leads by their hashes, each once.
   * @throws Error for a node that is none
   */
  under(root: Uint8Array): { readonly nodes: Uint8Array[]; readonly codes: Uint8Array[] } {
    const walk = new Walk(this.nodes, this.codes)
    walk.from(bytesToUnprefixedHex(root))
    return { nodes: [...walk.nodes.values()], codes: [...walk.codes.values()] }
  }
}

/** Nodes and codes as a state's database keeps them. */
export function stateRows(nodes: readonly Uint8Array[], codes: readonly Uint8Array[]): Row[] {
  return [
    ...nodes.map((row): Row => [hashOf(row), row]),
    ...codes.map((code): Row => [codePrefix + hashOf(code), code]),
  ]
}

function add(rows: Map<string, Uint8Array>, row: Uint8Array): boolean {
  const hash = hashOf(row)
  if (rows.has(hash)) return false
  rows.set(hash, row)
  return true
}

function hashOf(bytes: Uint8Array): string {
  return bytesToUnprefixedHex(keccak(bytes))
}

/** A node that waits to be looked into, and whether its leaves are accounts. */
interface Waiting {
  readonly node: TrieNode
  readonly holdsAccounts: boolean
}

class Walk {
  readonly nodes = new Map<string, Uint8Array>()
  readonly codes = new Map<string, Uint8Array>()
  private readonly waiting: Waiting[] = []

  constructor(
    private readonly knownNodes: ReadonlyMap<string, Uint8Array>,
    private readonly knownCodes: ReadonlyMap<string, Uint8Array>,
  ) {}

  from(root: string): void {
    this.reach(root, true)
    for (let next = this.waiting.pop(); next; next = this.waiting.pop()) this.enter(next)
  }

  private reach(reference: Reference | undefined, holdsAccounts: boolean): void {
    if (reference === undefined) return
    if (typeof reference !== 'string') {
      this.waiting.push({ node: reference, holdsAccounts })
      return
    }
    const row = this.knownNodes.get(reference)
    if (!row || this.nodes.has(reference)) return
    this.nodes.set(reference, row)
    this.waiting.push({ node: decodeNode(row), holdsAccounts })
  }

  private enter({ node, holdsAccounts }: Waiting): void {
    if (node.kind === 'branch') {
      for (const child of node.children) this.reach(child, holdsAccounts)
    } else if (node.kind === 'extension') this.reach(node.child, holdsAccounts)
    else if (holdsAccounts) this.enterAccount(node.value)
  }

  private enterAccount(value: Uint8Array): void {
    const [, , storageRoot, codeHash] = RLP.decode(value) as Uint8Array[]
    this.reach(storageRoot && bytesToUnprefixedHex(storageRoot), false)
    const hash = codeHash && bytesToUnprefixedHex(codeHash)
    const code = hash && this.knownCodes.get(hash)
    if (code) this.codes.set(hash, code)
  }
}
