import { TransactionRevertedError } from '@lockstep/sdk'
import type {
  Abi,
  Address,
  ContractFunctionArgs,
  ContractFunctionName,
  Hex,
  SimulateContractParameters,
  TransactionReceipt,
} from 'viem'
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
 * Simulates a call, so that a refusal has its name and costs nothing, then sends it and waits.
 * @throws ContractFunctionExecutionError when the simulation reverts, TransactionRevertedError
 */
export async function execute<
  const abi extends Abi,
  name extends ContractFunctionName<abi, 'nonpayable' | 'payable'>,
  const args extends ContractFunctionArgs<abi, 'nonpayable' | 'payable', name>,
>(
  client: DemoClient,
  call: SimulateContractParameters<abi, name, args, undefined, undefined, Address | undefined>,
): Promise<TransactionReceipt> {
  const { request } = await client.simulateContract({ account: client.account, ...call } as never)
  return confirm(client, await client.writeContract(request as never))
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
