import { RLP } from '@ethereumjs/rlp'
import { bytesToBigInt, bytesToHex, equalsBytes, hexToBytes } from '@ethereumjs/util'
import { keccak } from '@lockstep/precompile'
import type { Hex } from '../../node/node.js'
import type { StartingState } from '../../node/startingState.js'
import { BundleStateError } from './errors.js'
import type { StateLine } from './lines.js'
import type { Manifest } from './manifest.js'
import { largestNode, PartialState, stateRows } from './partialState.js'

/** BLOCKHASH gives the hashes of as many blocks; EIP-2935's come from a contract. */
const mostHeaders = 256
const largestCode = 2 ** 20
/** Positions in a header. */
const parentField = 0
const stateRootField = 3
const numberField = 8

/** What a bundle's state file holds. */
export interface StateFile {
  /** Newest first. */
  readonly headers: readonly Uint8Array[]
  readonly nodes: readonly Uint8Array[]
  readonly codes: readonly Uint8Array[]
}

/**
 * Reads the state that a bundle starts from: everything in it follows, hash by hash, from the first block and the
 * root that the manifest names, and nothing is there besides.
 * @throws BundleStateError, BundleFormatError
 */
export async function readStart(
  folder: string,
  { base, start }: Manifest,
  lines: AsyncIterable<StateLine>,
): Promise<(StartingState & { readonly file: StateFile }) | undefined> {
  if (!start) return undefined
  const refuse = (problem: string) => new BundleStateError(folder, problem)
  const { headers, state } = await collect(lines, refuse)
  demandChain(headers, base.hash, refuse)
  const root = hexToBytes(start.stateRoot)
  const sealedRoot = headerFields(headers[0] as Uint8Array, refuse)[stateRootField]
  if (start.provedBy === 'header' && !(sealedRoot && equalsBytes(sealedRoot, root))) {
    throw refuse(`starts from another root than the header of block ${base.number} names`)
  }
  const { nodes, codes } = reached(state, root, refuse)
  if (nodes.length === 0) throw refuse(`lacks the node ${start.stateRoot}, which is its root`)
  const more = state.size - nodes.length - codes.length
  if (more > 0) throw refuse(`holds ${more} nodes or codes to which its root does not lead`)
  return {
    headers,
    stateRoot: root,
    rows: stateRows(nodes, codes),
    file: { headers, nodes, codes },
  }
}

type Refuse = (problem: string) => BundleStateError

async function collect(lines: AsyncIterable<StateLine>, refuse: Refuse) {
  const headers: Uint8Array[] = []
  const state = new PartialState()
  for await (const { kind, bytes } of lines) {
    const isNew =
      kind === 'header' || (kind === 'node' ? state.addNode(bytes) : state.addCode(bytes))
    if (!isNew) throw refuse(`holds the ${kind} ${bytesToHex(keccak(bytes))} twice`)
    if (bytes.length > (kind === 'code' ? largestCode : largestNode)) {
      throw refuse(`holds a ${kind} of ${bytes.length} bytes, which no chain has`)
    }
    if (kind !== 'header') continue
    headers.push(bytes)
    if (headers.length > mostHeaders) throw refuse(`holds more than ${mostHeaders} headers`)
  }
  return { headers, state }
}

/** Each header is the parent of the one before it. @throws BundleStateError */
function demandChain(headers: readonly Uint8Array[], first: Hex, refuse: Refuse): void {
  let wanted = first
  let number: bigint | undefined
  for (const header of headers) {
    const hash = bytesToHex(keccak(header))
    if (hash !== wanted) throw refuse(`holds the header ${hash} in the place of ${wanted}`)
    const fields = headerFields(header, refuse)
    const own = fields[numberField]?.length ? bytesToBigInt(fields[numberField]) : 0n
    if (number !== undefined && own !== number - 1n) throw refuse(`counts to ${own} in ${hash}`)
    number = own
    wanted = bytesToHex(fields[parentField] as Uint8Array)
  }
  if (number === undefined) throw refuse(`lacks the header ${first}`)
}

function headerFields(header: Uint8Array, refuse: Refuse): Uint8Array[] {
  try {
    const fields = RLP.decode(header)
    const isHeader = Array.isArray(fields) && fields.every((field) => field instanceof Uint8Array)
    if (isHeader && fields.length > numberField) return fields as Uint8Array[]
  } catch {
    // Whatever keeps it from being read, it is no header.
  }
  throw refuse(`holds a header that is none: ${bytesToHex(header.subarray(0, 40))}`)
}

function reached(state: PartialState, root: Uint8Array, refuse: Refuse) {
  try {
    return state.under(root)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw refuse(`holds a node that is none: ${reason.slice(0, 200)}`)
  }
}
