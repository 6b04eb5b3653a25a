const emptyGenesis =
  'the genesis block holds no transaction: its traces are an empty list, as in Anvil'
const refunds = 'every step tells its refund counter, as in Anvil; geth leaves out a zero'

/** Recorded conversations of other clients that this node answers otherwise, and why. */
export const conversationGaps: Readonly<Record<string, string>> = {
  'eth_simulateV1/ethSimulate-overflow-nonce':
    'EIP-2681 allows no account the nonce 2^64 − 1; geth simulates it all the same',
  'eth_simulateV1/ethSimulate-use-as-many-features-as-possible':
    'geth counts logs of reverted calls when it numbers those that stay',
  'debug_traceBlockByHash/trace-block-not-found':
    'an unknown hash is −32001 in every method here, as EIP-1474 and Anvil have it',
  'debug_traceBlockByHash/trace-genesis': emptyGenesis,
  'debug_traceBlockByNumber/trace-genesis': emptyGenesis,
  'debug_traceBlockByNumber/trace-block-return-data-behavior': refunds,
  'debug_traceBlockByNumber/trace-block-storage-snapshot-timing': refunds,
  'debug_traceTransaction/trace-contract-call': refunds,
  'eth_getBlockByNumber/get-finalized':
    'no consensus layer says what is final: a devnet counts epochs, as Anvil does',
  'eth_capabilities/get-capabilities': 'geth names how it deletes old logs; this node deletes none',
}
