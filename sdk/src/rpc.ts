import type { Address, Client, Hex } from 'viem'
import { withTypedErrors } from './errors/node.js'

/** An input or output as the node describes it; −1 is a dimension that the caller chooses. */
export interface ModelTensor {
  readonly name: string
  /** ONNX `TensorProto.DataType`. */
  readonly dtype: number
  readonly shape: readonly number[]
}

/**
 * How the integers of an exact model stand for reals. `linear`: real = (q − zero) · scale[0] / scale[1], for q from
 * `low` to `high`; the numbers are decimal strings. `ordered`: q orders as the float32 nearest to the real does.
 */
export type ModelEncoding =
  | {
      readonly kind: 'linear'
      readonly scale: readonly [string, string]
      readonly zero: string
      readonly low: string
      readonly high: string
    }
  | { readonly kind: 'ordered' }

/** What a node says of a model: a pure function of the model's bytes. */
export interface ModelDescription {
  readonly id: Hex
  readonly class: 'pinned' | 'exact'
  /** Why the model is `pinned`, and at which node; null for an exact one. */
  readonly inexact: {
    readonly reason: string
    readonly node?: string
    readonly operator?: string
  } | null
  /** Of an exact model whose integers stand for reals; null in a list where they are the integers. */
  readonly encodings: {
    readonly inputs: readonly (ModelEncoding | null)[]
    readonly outputs: readonly (ModelEncoding | null)[]
  } | null
  readonly bytes: number
  readonly nodes: number
  readonly opset: number
  readonly operators: Readonly<Record<string, number>>
  readonly inputs: readonly ModelTensor[]
  readonly outputs: readonly ModelTensor[]
  /** Gas of one call, where the model leaves no dimension open. */
  readonly gas: number | null
  readonly registrationGas: number
}

/** An inference as `lockstep_getInferences` gives it: quantities are hex. */
export interface RpcInference {
  readonly model: Hex
  readonly method: 'infer' | 'inferTensors'
  readonly inputHash: Hex
  readonly outputHash: Hex
  readonly gasUsed: Hex
  readonly success: boolean
  readonly transactionHash: Hex | null
  readonly transactionIndex: Hex
  readonly callIndex: Hex
  readonly depth: Hex
  readonly caller: Address
  readonly blockNumber: Hex
}

/** The methods of the `lockstep_` namespace that this package calls, by name. */
export interface LockstepRpc {
  lockstep_putModel: {
    params: [id: Hex, chunk: { offset: number; size: number; data: Hex }]
    result: { received: number; complete: boolean }
  }
  lockstep_getModel: {
    params: [id: Hex]
    result: (ModelDescription & { registered: boolean }) | null
  }
  lockstep_models: {
    params: [block?: Hex | string]
    result: (ModelDescription & { names: readonly { owner: Address; name: string }[] })[]
  }
  lockstep_getInferences: {
    params: [transactionOrBlock: Hex | string]
    result: RpcInference[] | null
  }
}

/** Calls a method of the `lockstep_` namespace; what it throws is typed. */
export async function requestLockstep<M extends keyof LockstepRpc>(
  client: Client,
  method: M,
  params: LockstepRpc[M]['params'],
): Promise<LockstepRpc[M]['result']> {
  // viem types `request` by the schema of the client, which need not know this namespace.
  const request = client.request as unknown as (body: {
    method: string
    params: readonly unknown[]
  }) => Promise<LockstepRpc[M]['result']>
  return withTypedErrors(() => request({ method, params }))
}
