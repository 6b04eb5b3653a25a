import type { ModelId } from '@lockstep/precompile'
import type { BlockId, Node } from '../node/node.js'
import type { Trace } from '../node/trace/trace.js'
import type { LabelledTrace, ModelLabel } from './format/trace/inference.js'
import { calledModels } from './format/trace/inference.js'
import { modelNames } from './lockstep/registry.js'

/**
 * Adds to traces what is known of the models that they call: nothing is looked up where they call none.
 * @param block after which names are read; the head where it is no block of the chain.
 */
export async function label(
  node: Node,
  traces: readonly Trace[],
  block: BlockId,
): Promise<LabelledTrace[]> {
  const ids = new Set(traces.flatMap(({ frame }) => [...calledModels(frame)]))
  const models = ids.size === 0 ? new Map() : await describe(node, ids, block)
  return traces.map((trace) => ({ ...trace, models }))
}

async function describe(
  node: Node,
  ids: ReadonlySet<ModelId>,
  block: BlockId,
): Promise<Map<ModelId, ModelLabel>> {
  const known = block !== 'pending' && (await node.block(block))
  const names = await modelNames(node, known ? block : 'latest')
  const labels = new Map<ModelId, ModelLabel>()
  for (const id of ids) {
    const model = await node.precompile.model(id)
    const [first] = names.get(id) ?? []
    labels.set(id, {
      ...(first && { name: `${first.owner}/${first.name}` }),
      ...(model && { class: model.class }),
    })
  }
  return labels
}
