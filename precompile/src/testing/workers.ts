import type { Worker } from 'node:worker_threads'

/** Sees every worker thread that this process starts, so that a test can end one at a chosen moment. */
export interface WorkerWatch {
  /** Workers started since the watch began, oldest first. */
  readonly all: readonly Worker[]
  /** Resolves with the worker that takes up the next task, at the moment when it says so. */
  nextStart(): Promise<Worker>
  stop(): void
}

export function watchWorkers(): WorkerWatch {
  const all: Worker[] = []
  const waiting = new Set<(worker: Worker) => void>()
  const see = (worker: Worker) => {
    all.push(worker)
    worker.on('message', (message: { type?: string }) => {
      if (message.type !== 'started') return
      for (const resolve of waiting) resolve(worker)
      waiting.clear()
    })
  }
  process.on('worker', see)
  return {
    all,
    nextStart: () => new Promise((resolve) => waiting.add(resolve)),
    stop: () => process.off('worker', see),
  }
}
