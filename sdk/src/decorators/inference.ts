import type {
  Abi,
  Account,
  Chain,
  Client,
  ContractFunctionName,
  TransactionReceipt,
  Transport,
} from 'viem'
import { deployModel, deployModelSync } from '../actions/deployModel.js'
import { getInferences } from '../actions/getInferences.js'
import { getModel } from '../actions/getModel.js'
import { getModels } from '../actions/getModels.js'
import { type InferParameters, type InferReturnType, infer } from '../actions/infer.js'
import { inferTensors } from '../actions/inferTensors.js'
import { observeFeed } from '../actions/observeFeed.js'
import { quote } from '../actions/quote.js'
import { resolveModel } from '../actions/resolveModel.js'
import { setModelName, setModelNameSync } from '../actions/setModelName.js'
import { traceInferences } from '../actions/traceInferences.js'
import { uploadModel } from '../actions/uploadModel.js'
import { type Writable, writeContract } from '../actions/writeContract.js'
import { writeContractSync } from '../actions/writeContractSync.js'
import type { WaitOptions } from '../write/receipt.js'

// An alias and no interface: viem extends clients by types with an implicit index signature alone.
/** Actions that are bound under `client.inference`. */
export type InferenceActions = {
  readonly inference: {
    deployModel(parameters: deployModel.Parameters): Promise<deployModel.ReturnType>
    deployModelSync(parameters: deployModelSync.Parameters): Promise<deployModelSync.ReturnType>
    getInferences(parameters?: getInferences.Parameters): Promise<getInferences.ReturnType>
    getModel(parameters: getModel.Parameters): Promise<getModel.ReturnType>
    getModels(): Promise<getModels.ReturnType>
    infer(parameters: InferParameters): Promise<InferReturnType>
    inferTensors(parameters: inferTensors.Parameters): Promise<inferTensors.ReturnType>
    observeFeed(parameters: observeFeed.Parameters): Promise<observeFeed.ReturnType>
    quote(parameters: quote.Parameters): Promise<quote.ReturnType>
    resolveModel(parameters: resolveModel.Parameters): Promise<resolveModel.ReturnType>
    setModelName(parameters: setModelName.Parameters): Promise<`0x${string}`>
    setModelNameSync(parameters: setModelName.Parameters & WaitOptions): Promise<TransactionReceipt>
    traceInferences(parameters: traceInferences.Parameters): Promise<traceInferences.ReturnType>
    uploadModel(parameters: uploadModel.Parameters): Promise<uploadModel.ReturnType>
    writeContract<
      const abi extends Abi | readonly unknown[],
      name extends ContractFunctionName<abi, Writable>,
    >(parameters: writeContract.Parameters<abi, name>): Promise<writeContract.ReturnType>
    writeContractSync<
      const abi extends Abi | readonly unknown[],
      name extends ContractFunctionName<abi, Writable>,
    >(
      parameters: writeContractSync.Parameters<abi, name>,
    ): Promise<writeContractSync.ReturnType<abi, name>>
  }
}

/**
 * Extends a viem client with inference, all under one key.
 * The actions that send a transaction need a client with an account, or an `account` of their own.
 * @example
 * const client = createWalletClient({ account, chain: lockstep, transport: http() }).extend(inferenceActions())
 * const { id } = await client.inference.deployModelSync({ bytes })
 * const [y] = await client.inference.infer({ model: id, x: [toWad('0.01')] })
 */
export function inferenceActions() {
  return <
    transport extends Transport,
    chain extends Chain | undefined,
    account extends Account | undefined,
  >(
    bound: Client<transport, chain, account>,
  ): InferenceActions => {
    const client = bound as unknown as Client
    return {
      inference: {
        deployModel: (parameters) => deployModel(client, parameters),
        deployModelSync: (parameters) => deployModelSync(client, parameters),
        getInferences: (parameters) => getInferences(client, parameters),
        getModel: (parameters) => getModel(client, parameters),
        getModels: () => getModels(client),
        infer: (parameters) => infer(client, parameters),
        inferTensors: (parameters) => inferTensors(client, parameters),
        observeFeed: (parameters) => observeFeed(client, parameters),
        quote: (parameters) => quote(client, parameters),
        resolveModel: (parameters) => resolveModel(client, parameters),
        setModelName: (parameters) => setModelName(client, parameters),
        setModelNameSync: (parameters) => setModelNameSync(client, parameters),
        traceInferences: (parameters) => traceInferences(client, parameters),
        uploadModel: (parameters) => uploadModel(client, parameters),
        writeContract: (parameters) => writeContract(client, parameters),
        writeContractSync: (parameters) => writeContractSync(client, parameters),
      },
    }
  }
}
