import { type EngineName, EngineUnavailableError } from '@lockstep/precompile'
import { BundleError } from './bundles/errors.js'
import { openBundle } from './bundles/open.js'
import { executeBundle } from './execute.js'
import type { EngineOutcome, ReplayMessage } from './outcome.js'
import { ownConfig } from './runtime.js'

/** Most messages of progress in a second: each wakes the process that listens. */
const messagesPerSecond = 10

/**
 * Replays a bundle in this process, and tells what comes of it.
 * @param dataDir where to keep the chain meanwhile.
 */
export async function replayHere(
  folder: string,
  engine: EngineName,
  dataDir: string | undefined,
  tell: (message: ReplayMessage) => void,
): Promise<void> {
  let told = 0
  try {
    const bundle = await openBundle(folder, ownConfig)
    const execution = await executeBundle(bundle, {
      engine,
      ...(dataDir !== undefined && { dataDir }),
      onReads: (reads) => tell({ type: 'reads', reads }),
      onBlock(done, total) {
        const now = performance.now()
        if (done < total && now - told < 1000 / messagesPerSecond) return
        told = now
        tell({ type: 'progress', done, total })
      },
    })
    const status = execution.divergence ? 'diverged' : 'same'
    tell({ type: 'outcome', outcome: { engine, status, execution } })
  } catch (error) {
    if (error instanceof BundleError) tell({ type: 'refused', message: error.message })
    else tell({ type: 'outcome', outcome: failure(engine, error) })
  }
}

function failure(engine: EngineName, error: unknown): EngineOutcome {
  if (error instanceof EngineUnavailableError) {
    return { engine, status: 'unavailable', reason: error.reason }
  }
  const reason = error instanceof Error ? error.message : String(error)
  return { engine, status: 'failed', reason }
}
