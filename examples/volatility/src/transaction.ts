import type { Address, Hex, TransactionReceipt } from 'viem'
import type { DemoClient } from './client.js'
import type { Artifact } from './compile.js'
import { ExampleError } from './errors.js'

/** Thrown when a transaction of the demonstration was mined and failed. */
export class TransactionFailedError extends ExampleError {
  override readonly name = 'TransactionFailedError'
}

/**
 * Waits for a transaction.
 * @throws TransactionFailedError when it reverted
 */
export async function confirm(client: DemoClient, hash: Hex): Promise<TransactionReceipt> {
  const receipt = await client.waitForTransactionReceipt({ hash })
  if (receipt.status !== 'success')
    throw new TransactionFailedError(
      `Transaction ${hash} reverted in block ${receipt.blockNumber}. Trace it with cast run.`,
    )
  return receipt
}

/**
 * Deploys a compiled contract.
 * @param args of its constructor
 * @throws TransactionFailedError when the transaction failed or made no contract
 */
export async function deployArtifact(
  client: DemoClient,
  { abi, bytecode }: Artifact,
  args: readonly unknown[] = [],
): Promise<Address> {
  const hash = await client.deployContract({ abi, bytecode, args })
  const { contractAddress } = await confirm(client, hash)
  if (!contractAddress) throw new TransactionFailedError(`Transaction ${hash} created no contract.`)
  return contractAddress
}
