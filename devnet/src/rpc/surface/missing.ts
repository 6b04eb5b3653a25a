const tempo = 'of the Tempo network'
const insides = "reads or tunes another client's insides"
const proofOfWork = 'there is no proof of work; Anvil answers «Not implemented»'
const accessLists = 'EIP-7928 belongs to a hardfork that this EVM does not run'

/** Why a method that others serve is not served here. A name that ends in `*` stands for all that begin like it. */
export const missingMethods: Readonly<Record<string, string>> = {
  'wallet_*': 'a wallet answers it, not a node',
  anvil_addCompilationResult: 'stack traces of Solidity sources; EDR no longer serves it either',
  hardhat_addCompilationResult: 'stack traces of Solidity sources; EDR no longer serves it either',
  anvil_dealTIP20: tempo,
  anvil_enableTraces: 'no node serves it',
  hardhat_enableTraces: 'no node serves it',
  anvil_setFeeAmmLiquidity: tempo,
  anvil_setFeeToken: tempo,
  anvil_setValidatorFeeToken: tempo,
  anvil_classifyTransaction: tempo,
  anvil_impersonateSignature:
    'it changes what ecrecover answers: blocks made with it would not replay',
  debug_freeOSMemory: insides,
  eth_callBundle: "a block builder's: eth_callMany and eth_simulateV1 execute sequences",
  'eth_getBlockAccessList*': accessLists,
  eth_getWork: proofOfWork,
  eth_submitHashrate: proofOfWork,
  eth_submitWork: proofOfWork,
  eth_signRawTransaction: tempo,
}
