import { defineChain } from 'viem'
import { inferenceAddress, modelRegistryAddress } from './addresses.js'

/**
 * A devnet on its default port.
 * @example
 * const client = createPublicClient({ chain: lockstep, transport: http() }).extend(inferenceActions())
 */
export const lockstep = defineChain({
  id: 31_337,
  name: 'Lockstep',
  nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
  rpcUrls: { default: { http: ['http://127.0.0.1:8545'] } },
  contracts: {
    inference: { address: inferenceAddress },
    modelRegistry: { address: modelRegistryAddress },
  },
  testnet: true,
})
