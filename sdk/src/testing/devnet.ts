import { readFile } from 'node:fs/promises'
import { createDevnet, type Devnet } from '@lockstep/devnet'
import { createWalletClient, http, publicActions } from 'viem'
import { mnemonicToAccount } from 'viem/accounts'
import { lockstep } from '../chains.js'
import { inferenceActions } from '../decorators/inference.js'

const mnemonic = 'test test test test test test test test test test test junk'

/** Bytes of the example's network: eight float32 returns in, one volatility out. */
export function readVolatilityModel(): Promise<Uint8Array> {
  return readFile(new URL('../../../examples/volatility/model/volatility.onnx', import.meta.url))
}

/** A devnet on a free port. */
export function startDevnet(): Promise<Devnet> {
  return createDevnet({ port: 0 })
}

/** A client that signs for the devnet's first account. */
export function connect({ url }: Pick<Devnet, 'url'>) {
  return createWalletClient({
    account: mnemonicToAccount(mnemonic),
    chain: lockstep,
    transport: http(url),
    pollingInterval: 20,
  })
    .extend(publicActions)
    .extend(inferenceActions())
}
