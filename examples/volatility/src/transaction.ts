import { TransactionRevertedError } from '@lockstep/sdk'
import type { Address, Hex, TransactionReceipt } from 'viem'
import type { DemoClient } from './client.js'
import type { Artifact } from './compile.js'
import { ExampleError } from './errors.js'

/** Thrown when a deployment succeeded and its receipt names no contract. */
export class NoContractError extends ExampleError {
  override readonly name = 'NoContractError'
}

/**
 * Waits for a transaction.
 * @throws TransactionRevertedError
 */
export async function confirm(client: DemoClient, hash: Hex): Promise<TransactionReceipt> {
  const receipt = await client.waitForTransactionReceipt({ hash })
  if (receipt.status !== 'success') throw new TransactionRevertedError(receipt)
  return receipt
}

/**
 * Deploys a compiled contract.
 * @param args of its constructor
 * @throws TransactionRevertedError, NoContractError
 */
export async function deployArtifact(
  client: DemoClient,
  { abi, bytecode }: Artifact,
  args: readonly unknown[] = [],
): Promise<Address> {
  const hash = await client.deployContract({ abi, bytecode, args })
  const { contractAddress } = await confirm(client, hash)
  if (!contractAddress) throw new NoContractError(`The receipt of ${hash} names no contract.`)
  return contractAddress
}
