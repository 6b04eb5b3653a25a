/** Something that this node tells of an execution otherwise than Anvil 1.7.1, and why. */
export interface TraceDifference {
  /** The requests whose answers differ, as `traceRequests` names them. */
  readonly of: readonly string[]
  /** Where in the answer. */
  readonly path: RegExp
  /** The scenarios of the corpus that show it; all that have such a path unless given. */
  readonly scenarios?: readonly string[]
  /** What differs, for the documentation. */
  readonly what: string
  readonly reason: string
}

const callTracers = ['callTracer', 'top call', 'debug_traceBlockByNumber']
const structLogs = ['structLogs', 'structLogs, reduced']
const flatTraces = ['trace_transaction', 'trace_block', 'trace_replay']

/** Every difference that the corpus of traces shows. */
export const traceDifferences: readonly TraceDifference[] = [
  {
    of: callTracers,
    path: /\.error$/,
    scenarios: [
      'out of gas in a call',
      'out of gas in the price of an opcode',
      'out of gas at a store',
    ],
    what: '`error` of a frame out of gas',
    reason: 'always `out of gas`, as geth says; Anvil adds where in its EVM the gas ran out',
  },
  {
    of: ['callTracer'],
    path: /\.logs\[\d+\]\.index$/,
    scenarios: ['call that reverts'],
    what: '`index` of a log after one that was undone',
    reason: 'its position in the receipt, as with geth; Anvil counts undone logs too',
  },
  {
    of: [...callTracers, ...flatTraces],
    path: /(\.from|\.action\.address)$/,
    scenarios: ['selfdestruct for itself'],
    what: 'who destroyed itself for its own benefit',
    reason: 'the contract; Anvil names its caller',
  },
  {
    of: ['top call'],
    path: /^\.calls$/,
    scenarios: ['selfdestruct at the top', 'selfdestruct for itself'],
    what: '`onlyTopCall` of a contract that destroys itself',
    reason: 'the top call alone, as with geth; Anvil shows the selfdestruct below it',
  },
  {
    of: structLogs,
    path: /\.refund$/,
    what: '`refund`',
    reason: 'what SSTORE gives back so far, as with geth; Anvil says 0',
  },
  {
    of: structLogs,
    path: /\.error$/,
    what: '`error` of a step',
    reason: 'the bare name; Anvil writes `Some(…)` around it, and several names for out of gas',
  },
  {
    of: [...structLogs, 'trace_replay'],
    path: /\.(gasCost|cost)$/,
    scenarios: ['out of gas at the top', 'out of gas in the price of an opcode'],
    what: 'price of an opcode that the frame could not pay',
    reason: 'the whole price, as with geth; Anvil shows what was left of the gas',
  },
  {
    of: [...structLogs, 'trace_replay'],
    path: /(structLogs|vmTrace\.ops)/,
    scenarios: ['create of nothing'],
    what: 'creation from no code',
    reason: 'no opcode runs, as with geth; Anvil shows a STOP',
  },
  {
    of: ['trace_replay'],
    path: /\.ex($|\.(mem|used|store|push))/,
    what: '`ex` of an opcode in `vmTrace`',
    reason:
      "OpenEthereum's: the gas left after it, the memory that it changed, what it pushed, calls included, and null where it failed; Anvil gives the gas before it, all of the memory, and no push of a call",
  },
  {
    of: ['trace_replay'],
    path: /\.code$/,
    what: '`code` of a creation in `vmTrace`',
    reason: "the code that runs; Anvil's is empty",
  },
  {
    of: ['trace_replay'],
    path: /\.sub$/,
    what: '`sub` of a call in which nothing ran',
    reason: 'null; Anvil gives an empty trace',
  },
  {
    of: ['trace_replay'],
    path: /\.op$/,
    scenarios: ['unknown opcode'],
    what: 'name of a byte that is no opcode',
    reason: '`Unknown`, as in struct logs; Anvil writes `UNKNOWN(0x0C)`',
  },
  {
    of: ['ots_traceTransaction'],
    path: /^(#|\[)/,
    what: 'creations and selfdestructs in `ots_traceTransaction`',
    reason: 'told, as Otterscan shows them; Anvil leaves them out',
  },
  {
    of: ['ots_getInternalOperations'],
    path: /^(#|\[)/,
    what: "the transaction's own transfer in `ots_getInternalOperations`",
    reason: 'not internal, so not told; Anvil lists it first',
  },
]
