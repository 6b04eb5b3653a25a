import { NodeFaultError } from '@lockstep/precompile'
import { type InferenceActions, inferenceActions, lockstep } from '@lockstep/sdk'
import type { Command } from 'commander'
import {
  type Account,
  type Address,
  createWalletClient,
  type Hex,
  http,
  isAddress,
  isHex,
  publicActions,
} from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { UsageError } from './output.js'

export interface NodeOptions {
  readonly rpcUrl: string
}

export interface SenderOptions extends NodeOptions {
  readonly from?: string
  readonly privateKey?: string
}

/** No node answers at the RPC URL. */
export class NodeUnreachableError extends NodeFaultError {
  override readonly name = 'NodeUnreachableError'

  constructor(rpcUrl: string, cause: unknown) {
    super(`No node answers at ${redact(rpcUrl)}.`, {
      remedy: 'Start one with `lockstep`, or name another with --rpc-url.',
      cause,
    })
  }
}

/** A URL without the key that a provider puts in its path, query or user part. */
function redact(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : 'the given URL'
}

/** Adds `--rpc-url` (env LOCKSTEP_RPC_URL). */
export function addNodeOptions(command: Command): Command {
  return command.option(
    '-r, --rpc-url <url>',
    'JSON-RPC of the node (env LOCKSTEP_RPC_URL)',
    process.env.LOCKSTEP_RPC_URL ?? 'http://127.0.0.1:8545',
  )
}

/** Adds `--rpc-url`, `--from` and `--private-key`. */
export function addSenderOptions(command: Command): Command {
  return addNodeOptions(command)
    .option('--from <address>', "send as this account of the node's; default its first")
    .option('--private-key <key>', 'sign with this key instead (env LOCKSTEP_PRIVATE_KEY)')
}

/** What the commands ask of a node. */
export type Connection = InferenceActions & {
  readonly account: { readonly address: Address }
  getBlock(): Promise<{ readonly gasLimit: bigint }>
}

/** A viem client of the node with an account and the inference actions. @throws NodeUnreachableError, UsageError */
export async function connect(options: SenderOptions): Promise<Connection> {
  if (!URL.canParse(options.rpcUrl)) {
    throw new UsageError('--rpc-url is not a URL.', {
      remedy: 'Write it like http://127.0.0.1:8545.',
    })
  }
  const transport = http(options.rpcUrl)
  const probe = createWalletClient({ transport }).extend(publicActions)
  const [id, accounts] = await Promise.all([probe.getChainId(), probe.getAddresses()]).catch(
    (cause) => {
      throw new NodeUnreachableError(options.rpcUrl, cause)
    },
  )
  return createWalletClient({
    account: selectAccount(options, accounts),
    chain: { ...lockstep, id },
    transport,
    pollingInterval: 100,
  })
    .extend(publicActions)
    .extend(inferenceActions())
}

function selectAccount(options: SenderOptions, accounts: readonly Address[]): Account {
  const key = options.privateKey ?? process.env.LOCKSTEP_PRIVATE_KEY
  if (key !== undefined) return accountOfKey(key)
  const from = options.from ?? accounts[0]
  if (from === undefined) {
    throw new UsageError('The node holds no account to send from.', {
      remedy: 'Give --private-key, or set LOCKSTEP_PRIVATE_KEY.',
    })
  }
  if (!isAddress(from)) throw new UsageError(`--from is not an address: ${from}`)
  return { address: from, type: 'json-rpc' } as const
}

/** The key never appears in a message. */
function accountOfKey(key: string) {
  const hex = (key.startsWith('0x') ? key : `0x${key}`) as Hex
  if (!isHex(hex) || hex.length !== 66) {
    throw new UsageError('The private key is not 32 bytes of hex.')
  }
  return privateKeyToAccount(hex)
}
