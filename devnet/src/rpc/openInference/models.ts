import {
  datatypeOf,
  type Model,
  type ModelId,
  type NamedTensor,
  type Tensor,
} from '@lockstep/precompile'
import { stringToHex } from 'viem'
import type { Hex, Node } from '../../node/node.js'
import { nameSlot, registryAddress } from '../../node/registry.js'
import { isRegisteredAt } from '../lockstep/registry.js'
import { InferenceRefusedError } from './errors.js'

/**
 * The registered model that a client calls by its id, with or without 0x, or as `owner/name`.
 * @throws InferenceRefusedError for one that the chain does not list
 */
export async function findModel(node: Node, name: string): Promise<Model> {
  const id = await toId(node, name)
  const model =
    id !== undefined && (await isRegisteredAt(node, id, 'latest'))
      ? await node.precompile.model(id)
      : undefined
  if (model) return model
  throw new InferenceRefusedError(
    404,
    `There is no model ${JSON.stringify(name.slice(0, 100))} here.`,
    {
      remedy: 'Call it by its id, 0x and 64 hex digits, or as owner/name.',
    },
  )
}

async function toId(node: Node, name: string): Promise<ModelId | undefined> {
  const [, hex] = /^(?:0x)?([0-9a-f]{64})$/i.exec(name) ?? []
  if (hex !== undefined) return `0x${hex.toLowerCase()}`
  const [, owner, label] = /^(0x[0-9a-f]{40})\/([\x20-\x7e]{1,32})$/i.exec(name) ?? []
  if (owner === undefined || label === undefined) return undefined
  const slot = nameSlot(owner as Hex, stringToHex(label, { size: 32 }))
  const id = await (await node.state('latest')).storage(registryAddress, slot)
  return BigInt(id) === 0n ? undefined : id
}

/** A model as the protocol describes it. */
export function modelMetadata(name: string, { inputs, outputs }: Model) {
  const describe = (values: Model['inputs']) =>
    values.map(({ name, dtype, shape }) => ({ name, datatype: datatypeOf(dtype), shape }))
  return { name, platform: 'lockstep_onnx', inputs: describe(inputs), outputs: describe(outputs) }
}

/**
 * What a request brought, in the graph's order.
 * @throws InferenceRefusedError for an input that is missing or that the model does not have
 */
export function orderInputs({ inputs }: Model, given: readonly NamedTensor[]): Tensor[] {
  const byName = new Map(given.map((tensor) => [tensor.name, tensor]))
  const ordered = inputs.map(({ name }) => {
    const tensor = byName.get(name)
    byName.delete(name)
    if (tensor) return tensor
    throw new InferenceRefusedError(400, `The input ${JSON.stringify(name)} is missing.`)
  })
  const [other] = byName.keys()
  if (other === undefined) return ordered
  throw new InferenceRefusedError(
    400,
    `The model has no input ${JSON.stringify(other.slice(0, 100))}.`,
  )
}
