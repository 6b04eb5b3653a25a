// What the pages take for given around the TypeScript that they show.
import type { Observation, inferenceActions as withInference } from '@lockstep/sdk'
import type {
  Account,
  Address,
  Chain,
  Client,
  createPublicClient as createPublic,
  Hex,
  http as overHttp,
  PublicActions,
  Transport,
  WalletActions,
} from 'viem'
import type { quoterAbi as quoterTyped } from '../../src/testing/market.js'

declare global {
  const account: Account
  const address: Address
  const abi: [
    {
      type: 'function'
      name: 'fee'
      inputs: []
      outputs: [{ type: 'uint256'; name: '' }]
      stateMutability: 'view'
    },
  ]
  const bytes: Uint8Array
  const client: Client<Transport, Chain, Account> &
    PublicActions &
    WalletActions<Chain, Account> &
    ReturnType<ReturnType<typeof withInference>>
  const createPublicClient: typeof createPublic
  const defaultFee: bigint
  const defineConfig: typeof import('hardhat/config').defineConfig
  const expect: typeof import('vitest').expect
  const feed: Address
  const hash: Hex
  const http: typeof overHttp
  const inferenceActions: typeof withInference
  const lastReturns: [bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint]
  const observationToWad: (seen: Observation) => bigint
  const quoter: Address
  const quoterAbi: typeof quoterTyped
  const readFile: typeof import('node:fs/promises').readFile
  const returns: number[]
  const viem: import('hardhat/types/plugins').HardhatPlugin
}
