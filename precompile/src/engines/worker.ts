import { parentPort, workerData } from 'node:worker_threads'
import { LRUCache } from 'lru-cache'
import * as ort from 'onnxruntime-web'
import { move, transferableSymbol, valueSymbol } from 'piscina'
import type { Tensor } from '../tensor.js'
import type { WorkerAnswer, WorkerNotice, WorkerSettings, WorkerTask } from './messages.js'
import { fromOrt, toOrt } from './ortTensor.js'
import {
  CANONICAL_RUNTIME,
  RuntimeMismatchError,
  readRuntimeBinary,
  SESSION_OPTIONS,
} from './runtime.js'

/** One model loaded into the engine's memory. */
type Session = ort.InferenceSession

const FATAL_ONLY = 4
const ENDED_BY_TRAP = 70

let ready = false
const released: Promise<void>[] = []
let sessions: LRUCache<string, Session>

/** Runs one task. piscina calls it, one at a time. */
export default async function work(task: WorkerTask): Promise<WorkerAnswer> {
  notify({ type: 'started', task: task.task })
  try {
    if (!ready) prepareRuntime()
    const session = await load(task.model)
    return task.inputs
      ? await run(session, task.model, task.inputs)
      : { type: 'outputs', outputs: [] }
  } catch (error) {
    return judge(error, task)
  }
}

function prepareRuntime(): void {
  const { version } = CANONICAL_RUNTIME
  const installed = ort.env.versions.web ?? 'unknown'
  if (installed !== version) throw new RuntimeMismatchError('version', version, installed)
  // Ends up in WebAssembly.compile, which does not keep the buffer.
  ort.env.wasm.wasmBinary = readRuntimeBinary()
  ort.env.wasm.numThreads = 1
  ort.env.wasm.simd = 'fixed'
  ort.env.logLevel = 'fatal'
  sessions = new LRUCache({
    maxSize: (workerData as WorkerSettings).sessionBytes,
    dispose: (session) => {
      released.push(session.release())
    },
  })
  ready = true
}

async function load({ id, bytes, sessionBytes }: WorkerTask['model']): Promise<Session> {
  const loaded = sessions.get(id)
  if (loaded) return loaded
  const session = await ort.InferenceSession.create(new Uint8Array(bytes), {
    ...SESSION_OPTIONS,
    executionProviders: ['wasm'],
    logSeverityLevel: FATAL_ONLY,
  })
  // A model larger than the whole cache still runs: it is kept alone until the next one comes.
  sessions.set(id, session, { size: Math.min(sessionBytes, sessions.maxSize) })
  await Promise.all(released.splice(0))
  return session
}

async function run(
  session: Session,
  { inputNames, outputNames }: WorkerTask['model'],
  inputs: readonly Tensor[],
): Promise<WorkerAnswer> {
  const feeds: Record<string, ort.Tensor> = Object.create(null)
  inputs.forEach((input, i) => {
    feeds[inputNames[i] as string] = toOrt(ort.Tensor, input)
  })
  const results = await session.run(feeds, outputNames, { logSeverityLevel: FATAL_ONLY })
  const outputs = outputNames.map((name) => fromOrt(results[name] as ort.Tensor))
  return handOver({ type: 'outputs', outputs }, outputs)
}

/** Lets piscina move the outputs' memory to the main thread instead of copying it. */
function handOver(answer: WorkerAnswer, outputs: readonly Tensor[]): WorkerAnswer {
  const transferable = {
    [transferableSymbol]: outputs.map(({ data }) => data.buffer),
    [valueSymbol]: answer,
  }
  return move(transferable as never) as unknown as WorkerAnswer
}

function judge(error: unknown, task: WorkerTask): WorkerAnswer {
  if (error instanceof RuntimeMismatchError) {
    const { what, want, got } = error
    return { type: 'mismatch', what, want, got }
  }
  const reason = error instanceof Error ? error.message : String(error)
  if (isVerdict(error, reason)) return { type: 'rejected', reason }
  notify({
    type: 'dying',
    task: task.task,
    cause: `${error instanceof Error ? error.name : typeof error}: ${reason}`,
  })
  process.exit(ENDED_BY_TRAP)
}

/**
 * Whether ONNX Runtime judged graph or values, which it does alike everywhere. All else (a WebAssembly trap, an
 * exception that escaped the engine, a shortage of memory) says something about this worker.
 */
function isVerdict(error: unknown, reason: string): boolean {
  // A trap is a WebAssembly.RuntimeError, and an exception of C++ that escapes is a bare number.
  if (!(error instanceof Error) || error.name !== 'Error') return false
  if (/bad_alloc|failed to allocate|out of memory|\bOOM\b/i.test(reason)) return false
  return /ERROR_CODE: [1-9]/.test(reason) || reason.startsWith('unsupported data type')
}

function notify(notice: WorkerNotice): void {
  parentPort?.postMessage(notice)
}
