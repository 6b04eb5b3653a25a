import type { ModelId } from '@lockstep/precompile'
import { hexToString, toEventSelector } from 'viem'
import type { BlockId, Hex, Node } from '../../node/node.js'
import { registrationSlot, registryAddress } from '../../node/registry.js'
import { requireBlock, requireState } from '../blockLookup.js'
import { queryLogs } from '../logQuery.js'

const modelRegistered = toEventSelector('ModelRegistered(bytes32,address)')
const nameSet = toEventSelector('NameSet(address,bytes32,bytes32)')
const noModel: Hex = `0x${'0'.repeat(64)}`

/** A name that an account gave to a model. */
export interface ModelName {
  readonly owner: Hex
  readonly name: string
}

/** Whether the registry lists the model after a block. */
export async function isRegisteredAt(node: Node, id: ModelId, block: BlockId): Promise<boolean> {
  const state = await requireState(node, block)
  return BigInt(await state.storage(registryAddress, registrationSlot(id))) !== 0n
}

/** Models registered after a block: by transactions up to it, or by genesis, which writes no events. */
export async function registeredModels(node: Node, block: BlockId): Promise<ModelId[]> {
  const logs = await registryLogs(node, block, modelRegistered)
  const stored = await node.models.list()
  const candidates = new Set([
    ...stored.map(({ id }) => id),
    ...logs.flatMap(({ topics }) => topics[1] ?? []),
  ])
  const state = await requireState(node, block)
  const registered: ModelId[] = []
  for (const id of candidates) {
    const mark = await state.storage(registryAddress, registrationSlot(id))
    if (BigInt(mark) !== 0n) registered.push(id)
  }
  return registered
}

/** The names that point to each model after a block. */
export async function modelNames(node: Node, block: BlockId): Promise<Map<ModelId, ModelName[]>> {
  const current = new Map<string, { owner: Hex; name: Hex; model: ModelId }>()
  for (const { topics, data } of await registryLogs(node, block, nameSet)) {
    const [, owner, name] = topics
    if (!owner || !name) continue
    current.set(`${owner}/${name}`, { owner: `0x${owner.slice(26)}`, name, model: data })
  }
  const names = new Map<ModelId, ModelName[]>()
  for (const { owner, name, model } of current.values()) {
    if (model === noModel) continue
    const list = names.get(model) ?? []
    list.push({ owner, name: nameToText(name) })
    names.set(model, list)
  }
  return names
}

async function registryLogs(node: Node, block: BlockId, event: Hex) {
  const { header } = (await requireBlock(node, block)).block
  return queryLogs(node, {
    addresses: [registryAddress],
    topics: [[event]],
    fromBlock: (await node.fork?.hasRegistry()) === false ? firstOwn(node) : 0n,
    toBlock: header.number,
  })
}

/** Providers refuse to search a whole chain for logs that it cannot hold. */
function firstOwn({ fork }: Node): bigint {
  return fork ? fork.base.block.header.number + 1n : 0n
}

/** The text that a bytes32 name holds; the hex itself where it is none. */
function nameToText(name: Hex): string {
  const text = hexToString(name, { size: 32 })
  return text !== '' && /^[\x20-\x7e]+$/.test(text) ? text : name
}
