import { LRUCache } from 'lru-cache'
import { readExactGraph } from '../../exact/read.js'
import type { Tensor } from '../../tensor.js'
import type { ProcessReply, ProcessRequest } from '../messages.js'
import { GpuFaultError, GpuUnavailableError } from './errors.js'
import { type Gpu, openGpu } from './gpu.js'
import { GpuSession } from './session.js'

/** What the child process of the WebGPU engine runs: one request at a time, until its parent goes. */

const ENDED_BY_FAULT = 70
const [sessionBytes, software] = process.argv.slice(2) as [string, string]

let gpu: Promise<Gpu> | undefined
const sessions = new LRUCache<string, GpuSession>({
  maxSize: Number(sessionBytes),
  dispose: (session) => session.release(),
})

process.on('message', async (request: ProcessRequest) => {
  const answer = await answerRequest(request).catch(judge)
  process.send?.({ task: request.task, answer } satisfies ProcessReply)
})
// Ctrl-C in a terminal reaches this process too; its parent decides when it ends.
process.on('SIGINT', () => {})
// Whoever ends this process takes the GPU away from it: the run that is under way, or the next one, says so and ends it.
process.on('SIGTERM', () => {
  gpu?.then((device) => device.destroy()).catch(() => {})
})
// Not process.exit: a driver may hang in its destructors, and nothing here is worth keeping.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))

async function answerRequest({ model, inputs }: ProcessRequest): Promise<ProcessReply['answer']> {
  gpu ??= openGpu({ allowSoftware: software === 'software' })
  const device = await gpu
  const session =
    sessions.get(model.id) ?? (model.bytes && (await load(device, model.id, model.bytes)))
  if (!session) return { type: 'unloaded' }
  const outputs = inputs ? await session.run(inputs.map(aligned)) : []
  return { type: 'outputs', outputs, device: device.description }
}

async function load(device: Gpu, id: string, bytes: Uint8Array): Promise<GpuSession> {
  const session = await GpuSession.load(device, readExactGraph(bytes))
  sessions.set(id, session, { size: Math.min(session.bytes, sessions.maxSize) })
  return session
}

/** Bytes that came in a message may lie at any offset. */
function aligned(tensor: Tensor): Tensor {
  return { ...tensor, data: new Uint8Array(tensor.data) }
}

/**
 * What this GPU cannot do, another engine is asked for. A device that failed once is not trusted with another run: its
 * process ends, and the next run starts a new one.
 */
function judge(error: unknown): ProcessReply['answer'] {
  const reason = error instanceof Error ? error.message : String(error)
  if (error instanceof GpuUnavailableError) return { type: 'unavailable', reason }
  if (!(error instanceof GpuFaultError)) return { type: 'rejected', reason }
  process.stderr.write(reason)
  process.exit(ENDED_BY_FAULT)
}
