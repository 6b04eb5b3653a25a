import { parentPort } from 'node:worker_threads'
import { LRUCache } from 'lru-cache'
import type { ExactGraph } from '../../exact/graph.js'
import { readExactGraph } from '../../exact/read.js'
import { evaluateExact } from '../../exact/reference.js'
import type { WorkerAnswer, WorkerNotice, WorkerTask } from '../messages.js'

const KEPT_MODELS = 32
const graphs = new LRUCache<string, ExactGraph>({ max: KEPT_MODELS })

/** Runs one task. piscina calls it, one at a time. */
export default function work({ task, model, inputs }: WorkerTask): WorkerAnswer {
  parentPort?.postMessage({ type: 'started', task } satisfies WorkerNotice)
  let graph = graphs.get(model.id)
  if (!graph) {
    graph = readExactGraph(new Uint8Array(model.bytes))
    graphs.set(model.id, graph)
  }
  return { type: 'outputs', outputs: inputs ? evaluateExact(graph, inputs) : [] }
}
