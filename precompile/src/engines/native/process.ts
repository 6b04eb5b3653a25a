import { LRUCache } from 'lru-cache'
import type * as Ort from 'onnxruntime-node'
import type { Tensor } from '../../tensor.js'
import type { ProcessReply, ProcessRequest, WorkerAnswer } from '../messages.js'
import { fromOrt, toOrt } from '../ortTensor.js'

/** What a child process of the native engine runs: one request at a time, until its parent goes. */

const FATAL_ONLY = 4
const [sessionBytes, threadsPerRun] = process.argv.slice(2).map(Number) as [number, number]

let ort: typeof Ort | undefined
const sessions = new LRUCache<string, Ort.InferenceSession>({
  maxSize: sessionBytes,
  dispose: (session) => void session.release(),
})

process.on('message', async (request: ProcessRequest) => {
  const answer = await answerRequest(request).catch(judge)
  process.send?.({ task: request.task, answer } satisfies ProcessReply)
})
// Ctrl-C in a terminal reaches this process too; its parent decides when it ends.
process.on('SIGINT', () => {})
// Not process.exit: native destructors may abort, and nothing here is worth keeping.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))

async function answerRequest({ model, inputs }: ProcessRequest): Promise<ProcessReply['answer']> {
  try {
    ort ??= await loadRuntime()
  } catch (error) {
    return { type: 'unavailable', reason: reasonOf(error) }
  }
  const session = sessions.get(model.id) ?? (model.bytes && (await load(ort, model, model.bytes)))
  if (!session) return { type: 'unloaded' }
  return { type: 'outputs', outputs: inputs ? await run(ort, session, model, inputs) : [] }
}

async function loadRuntime(): Promise<typeof Ort> {
  const loaded = (await import('onnxruntime-node')) as typeof Ort & { default?: typeof Ort }
  const runtime = loaded.default ?? loaded
  runtime.env.logLevel = 'fatal'
  return runtime
}

async function load(
  { InferenceSession }: typeof Ort,
  { id, sessionBytes }: ProcessRequest['model'],
  bytes: Uint8Array,
): Promise<Ort.InferenceSession> {
  const session = await InferenceSession.create(new Uint8Array(bytes), {
    executionProviders: ['cpu'],
    graphOptimizationLevel: 'all',
    executionMode: 'sequential',
    intraOpNumThreads: threadsPerRun,
    interOpNumThreads: 1,
    // A session keeps no memory between runs: what many of them keep nobody counts.
    enableCpuMemArena: false,
    enableMemPattern: false,
    logSeverityLevel: FATAL_ONLY,
  })
  sessions.set(id, session, { size: Math.min(sessionBytes, sessions.maxSize) })
  return session
}

async function run(
  { Tensor }: typeof Ort,
  session: Ort.InferenceSession,
  { inputNames, outputNames }: ProcessRequest['model'],
  inputs: readonly Tensor[],
): Promise<Tensor[]> {
  const feeds: Record<string, Ort.Tensor> = Object.create(null)
  inputs.forEach((input, i) => {
    // Bytes that came in a message may lie at any offset: copied, they lie at the start of a buffer.
    feeds[inputNames[i] as string] = toOrt(Tensor, { ...input, data: new Uint8Array(input.data) })
  })
  const results = await session.run(feeds, outputNames)
  return outputNames.map((name) => fromOrt(results[name] as Ort.Tensor))
}

/** Whatever native code says of a graph holds for this machine alone; the canonical engine is asked what is true. */
function judge(error: unknown): WorkerAnswer {
  return { type: 'rejected', reason: reasonOf(error) }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
