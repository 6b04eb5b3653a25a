import { RemoteRefusedError } from '../node/fork/errors.js'
import type { Fork } from '../node/fork/fork.js'
import type { Hex, Node } from '../node/node.js'
import { CodecError, hash } from './codec.js'
import { RpcError } from './errors.js'
import { blockId } from './params.js'

/** Which parameter of a method decides whether the forked chain answers it. */
type Rule =
  /** A block whose contents are asked for: the base's, too, are there alone. */
  | { readonly by: 'contents'; readonly index: number }
  /** A block whose state is asked for: the one after the base holds this chain's own accounts. */
  | { readonly by: 'state'; readonly index: number }
  /** A transaction: the forked chain's unless it is one of this chain. */
  | { readonly by: 'transaction' }

const contents = (index = 0): Rule => ({ by: 'contents', index })
const state = (index: number): Rule => ({ by: 'state', index })
const transaction: Rule = { by: 'transaction' }

const rules: Readonly<Record<string, Rule>> = {
  eth_getBlockByNumber: contents(),
  eth_getBlockByHash: contents(),
  eth_getHeaderByNumber: contents(),
  eth_getHeaderByHash: contents(),
  erigon_getHeaderByNumber: contents(),
  eth_getBlockReceipts: contents(),
  eth_getBlockTransactionCountByNumber: contents(),
  eth_getBlockTransactionCountByHash: contents(),
  eth_getUncleCountByBlockNumber: contents(),
  eth_getUncleCountByBlockHash: contents(),
  eth_getUncleByBlockNumberAndIndex: contents(),
  eth_getUncleByBlockHashAndIndex: contents(),
  eth_getTransactionByBlockNumberAndIndex: contents(),
  eth_getTransactionByBlockHashAndIndex: contents(),
  eth_getRawTransactionByBlockNumberAndIndex: contents(),
  eth_getRawTransactionByBlockHashAndIndex: contents(),
  debug_traceBlockByNumber: contents(),
  debug_traceBlockByHash: contents(),
  debug_getRawBlock: contents(),
  debug_getRawHeader: contents(),
  debug_getRawReceipts: contents(),
  ots_getBlockDetails: contents(),
  ots_getBlockDetailsByHash: contents(),
  ots_getBlockTransactions: contents(),
  trace_block: contents(),
  trace_blockOpcodeGas: contents(),
  trace_replayBlockTransactions: contents(),
  eth_feeHistory: contents(1),
  eth_getBalance: state(1),
  eth_getCode: state(1),
  eth_getTransactionCount: state(1),
  eth_getStorageAt: state(2),
  eth_getProof: state(2),
  eth_call: state(1),
  eth_callMany: state(1),
  eth_estimateGas: state(1),
  eth_createAccessList: state(1),
  debug_traceCall: state(1),
  ots_hasCode: state(1),
  trace_call: state(2),
  trace_callMany: state(1),
  eth_getTransactionByHash: transaction,
  eth_getTransactionReceipt: transaction,
  eth_getRawTransactionByHash: transaction,
  debug_getRawTransaction: transaction,
  debug_traceTransaction: transaction,
  trace_transaction: transaction,
  trace_replayTransaction: transaction,
  trace_get: transaction,
  trace_transactionOpcodeGas: transaction,
  ots_getInternalOperations: transaction,
  ots_getTransactionError: transaction,
  ots_traceTransaction: transaction,
}

/**
 * Asks the forked chain what only it knows: its own blocks, transactions, and states before the fork.
 * @returns undefined where this chain answers.
 * @throws RpcError as the forked chain gave it, NodeFaultError when it did not answer.
 */
export async function passThrough(
  node: Node,
  name: string,
  params: readonly unknown[],
): Promise<{ readonly result: unknown } | undefined> {
  const { fork } = node
  const rule = fork && Object.hasOwn(rules, name) ? rules[name] : undefined
  if (!fork || !rule || !(await isRemote(node, fork, rule, params))) return undefined
  return { result: await ask(fork, name, params) }
}

/** Sends a request on. @throws RpcError with what the forked chain answered */
export async function ask(fork: Fork, name: string, params: readonly unknown[]): Promise<unknown> {
  try {
    return await fork.remote.request(name, params)
  } catch (error) {
    if (!(error instanceof RemoteRefusedError)) throw error
    const { code, reason, data, cause } = error
    throw new RpcError(code as RpcError['code'], reason, { data, cause })
  }
}

async function isRemote(
  node: Node,
  fork: Fork,
  rule: Rule,
  params: readonly unknown[],
): Promise<boolean> {
  if (rule.by === 'transaction') {
    const wanted = decoded(hash, params[0])
    return wanted !== undefined && (await node.transaction(wanted)) === undefined
  }
  const id = decoded(blockId, params[rule.index])
  const base = fork.base.block.header.number
  const last = rule.by === 'contents' ? base : base - 1n
  if (typeof id === 'bigint') return id <= last
  if (typeof id !== 'object') return id === 'earliest'
  if (rule.by === 'contents' && isBase(fork, id.hash)) return true
  return (await node.block(id)) === undefined
}

function isBase(fork: Fork, wanted: Hex): boolean {
  return fork.base.hash === wanted.toLowerCase()
}

/** Undefined for what the method itself will refuse. */
function decoded<T>(decode: (value: unknown) => T, value: unknown): T | undefined {
  if (value === undefined || value === null) return undefined
  try {
    return decode(value)
  } catch (error) {
    if (error instanceof CodecError) return undefined
    throw error
  }
}
