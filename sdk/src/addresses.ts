/** The inference precompile of every Lockstep chain. */
export const inferenceAddress = '0x00000000000000000000000000000000000000A1'

/** The registry of models, a predeploy of every Lockstep chain. */
export const modelRegistryAddress = '0x00000000000000000000000000000000000000A2'
