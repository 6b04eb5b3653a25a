import type { Hex } from '../../node/node.js'

type Request = readonly [method: string, ...params: readonly unknown[]]

/** Ways to ask what a mined transaction did, alone in its block. */
export const traceRequests: Readonly<Record<string, (transaction: Hex, block: Hex) => Request>> = {
  callTracer: (hash) => [
    'debug_traceTransaction',
    hash,
    { tracer: 'callTracer', tracerConfig: { withLog: true } },
  ],
  'top call': (hash) => [
    'debug_traceTransaction',
    hash,
    { tracer: 'callTracer', tracerConfig: { onlyTopCall: true } },
  ],
  prestateTracer: (hash) => ['debug_traceTransaction', hash, { tracer: 'prestateTracer' }],
  'prestateTracer in diff mode': (hash) => [
    'debug_traceTransaction',
    hash,
    { tracer: 'prestateTracer', tracerConfig: { diffMode: true } },
  ],
  'prestateTracer without code and storage': (hash) => [
    'debug_traceTransaction',
    hash,
    { tracer: 'prestateTracer', tracerConfig: { disableCode: true, disableStorage: true } },
  ],
  '4byteTracer': (hash) => ['debug_traceTransaction', hash, { tracer: '4byteTracer' }],
  structLogs: (hash) => [
    'debug_traceTransaction',
    hash,
    { enableMemory: true, enableReturnData: true },
  ],
  'structLogs, reduced': (hash) => [
    'debug_traceTransaction',
    hash,
    { disableStack: true, disableStorage: true },
  ],
  trace_transaction: (hash) => ['trace_transaction', hash],
  trace_block: (_, block) => ['trace_block', block],
  trace_replay: (_, block) => [
    'trace_replayBlockTransactions',
    block,
    ['trace', 'stateDiff', 'vmTrace'],
  ],
  debug_traceBlockByNumber: (_, block) => [
    'debug_traceBlockByNumber',
    block,
    { tracer: 'callTracer' },
  ],
  ots_traceTransaction: (hash) => ['ots_traceTransaction', hash],
  ots_getInternalOperations: (hash) => ['ots_getInternalOperations', hash],
  ots_getTransactionError: (hash) => ['ots_getTransactionError', hash],
}
