import { spawnSync } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { engineNames } from '@lockstep/precompile'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../node/testing/folder.js'
import { startLockstep, stop } from '../node/testing/lockstepProcess.js'
import { seeded } from '../node/testing/seeded.js'
import { openBundle } from './bundles/open.js'
import { exportChain } from './export/exportChain.js'
import { withStoredChain } from './export/stored.js'
import { replayBundle } from './replay.js'
import { ownConfig } from './runtime.js'
import { MixedTraffic } from './testing/mixedTraffic.js'
import type { SoakResult } from './testing/soakResult.js'
import { trafficModels } from './testing/traffic.js'

const blocks = Number(process.env.LOCKSTEP_SOAK_BLOCKS ?? 300)
const kills = Number(process.env.LOCKSTEP_KILLS ?? 5)
/** Where to write what came of it, and on every engine that this machine has. */
const resultFile = process.env.LOCKSTEP_SOAK_RESULT

/** Mebibytes that a process takes of the memory, where the system tells. */
function residentOf(pid: number | undefined): number | undefined {
  const { stdout } = spawnSync('ps', ['-o', 'rss=', '-p', String(pid)])
  const kibibytes = Number(stdout ?? '')
  return kibibytes > 0 ? Math.round(kibibytes / 1024) : undefined
}

describe('a chain that lived through everything', () => {
  test(
    `${blocks} blocks and ${kills} kills replay on every engine`,
    async () => {
      const folder = await temporaryFolder()
      const [dataDir, models, bundle] = [
        join(folder, 'chain'),
        join(folder, 'models'),
        join(folder, 'bundle'),
      ]
      await mkdir(models)
      for (const [index, bytes] of trafficModels.entries()) {
        await writeFile(join(models, `${index}.onnx`), bytes)
      }
      const args = ['--data-dir', dataDir, '--models', models, '--timestamp', '1700000000']
      const random = seeded(6)
      const started = performance.now()
      const memory: SoakResult['memory'][number][] = []
      for (let round = 1; round <= kills; round++) {
        const running = await startLockstep(args)
        const traffic = new MixedTraffic(running.url, random)
        while ((await traffic.height()) < (blocks * round) / kills) await traffic.step()
        memory.push({ block: await traffic.height(), mebibytes: residentOf(running.child.pid) })
        const under = traffic.stepUntilKilled()
        await setTimeout(random() * 50)
        await stop(running, 'SIGKILL')
        await under
      }
      const livedSeconds = (performance.now() - started) / 1000
      await withStoredChain(dataDir, (url) => exportChain(url, bundle))

      const { head, transactions, inferences } = (await openBundle(bundle, ownConfig)).manifest
      expect(Number(head.number)).toBeGreaterThan(blocks * 0.9)
      expect(inferences).toBeGreaterThan(blocks / 10)
      const demanded = ['wasm', 'native', 'reference'] as const
      const engines = resultFile === undefined ? demanded : engineNames
      const outcome = await replayBundle(bundle, { engines })
      const summary = outcome.engines.map((one) => {
        const detail = 'execution' in one ? `${one.execution.seconds.toFixed(1)} s` : one.reason
        return `${one.engine} ${one.status} (${detail})`
      })
      console.log(`${head.number} blocks, ${inferences} inferences: ${summary.join(', ')}`)
      for (const { engine, status } of outcome.engines) {
        const mayLack = engine === 'webgpu' && status === 'unavailable'
        expect([engine, mayLack ? 'same' : status]).toEqual([engine, 'same'])
      }
      if (resultFile === undefined) return
      const result: SoakResult = {
        blocks: Number(head.number),
        kills,
        transactions,
        inferences,
        livedSeconds,
        memory,
        engines: outcome.engines.map((one) => ({
          engine: one.engine,
          ...('execution' in one && { seconds: one.execution.seconds }),
        })),
      }
      await writeFile(resultFile, JSON.stringify(result))
    },
    300_000 + blocks * 2_000 + kills * 30_000,
  )
})
