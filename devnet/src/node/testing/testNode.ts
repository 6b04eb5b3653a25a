import { createTx, type TypedTransaction, type TypedTxData } from '@ethereumjs/tx'
import { hexToBytes } from '@ethereumjs/util'
import { parseGwei } from 'viem'
import { onTestFinished } from 'vitest'
import type { DevAccount } from '../accounts.js'
import { createNode } from '../createNode.js'
import type { Hex, MinedTransaction, Node } from '../node.js'
import type { NodeOptions } from '../options.js'

/** A node that ends with the test. Its clock stands still unless told otherwise. */
export async function testNode(options: NodeOptions = {}): Promise<Node> {
  const node = await createNode({ genesisTimestamp: 1_700_000_000n, ...options })
  onTestFinished(() => node.close())
  return node
}

type Fields = Omit<Extract<TypedTxData, { maxFeePerGas?: unknown }>, 'type'> & { type?: number }

/** The n-th dev account. */
export function account(node: Node, index: number): DevAccount {
  const found = node.accounts[index]
  if (!found) throw new RangeError(`The node has no dev account ${index}.`)
  return found
}

/** An EIP-1559 transaction of the account, signed; the nonce is its next one unless given. */
export async function signed(
  node: Node,
  fields: Fields = {},
  from: DevAccount = account(node, 0),
): Promise<TypedTransaction> {
  const data = {
    type: 2,
    nonce: fields.nonce ?? (await node.pendingNonce(from.address)),
    chainId: node.chainId,
    maxFeePerGas: parseGwei('10'),
    maxPriorityFeePerGas: parseGwei('1'),
    gasLimit: 1_000_000n,
    ...fields,
  }
  return createTx(data, { common: node.common }).sign(hexToBytes(from.privateKey))
}

/** Sends a transaction and waits for it to be mined. */
export async function mined(
  node: Node,
  fields: Fields = {},
  from?: DevAccount,
): Promise<MinedTransaction> {
  const hash = await node.send(await signed(node, fields, from))
  return minedTransaction(node, hash)
}

/** The mined transaction with this hash. */
export async function minedTransaction(node: Node, hash: Hex): Promise<MinedTransaction> {
  const found = await node.transaction(hash)
  if (!found || !('mined' in found)) throw new Error(`Transaction ${hash} is not mined.`)
  return found.mined
}

/** Deploys code, and gives the address. */
export async function deploy(node: Node, bytecode: Hex, value = 0n): Promise<Hex> {
  const { receipt } = await mined(node, { data: bytecode, value, gasLimit: 2_000_000n })
  if (receipt.status !== 1 || !receipt.contractAddress) throw new Error('The deployment failed.')
  return receipt.contractAddress
}

/** Wei that the account has after the head. */
export async function balanceOf(node: Node, address: Hex): Promise<bigint> {
  return (await (await node.state('latest')).account(address))?.balance ?? 0n
}
