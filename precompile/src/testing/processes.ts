import type { ChildProcess } from 'node:child_process'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'

/** Sees every process that this one starts, so that a test can end one at a chosen moment. */
export interface ProcessWatch {
  /** Processes started since the watch began, oldest first. */
  readonly all: readonly ChildProcess[]
  stop(): void
}

const CHANNEL = 'child_process'

export function watchProcesses(): ProcessWatch {
  const all: ChildProcess[] = []
  const see = (message: unknown) => {
    all.push((message as { process: ChildProcess }).process)
  }
  subscribe(CHANNEL, see)
  return {
    all,
    stop() {
      unsubscribe(CHANNEL, see)
    },
  }
}
