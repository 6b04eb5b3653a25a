import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
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
import { trafficModels } from './testing/traffic.js'

const blocks = Number(process.env.LOCKSTEP_SOAK_BLOCKS ?? 300)
const kills = Number(process.env.LOCKSTEP_KILLS ?? 5)

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
      for (let round = 1; round <= kills; round++) {
        const running = await startLockstep(args)
        const traffic = new MixedTraffic(running.url, random)
        while ((await traffic.height()) < (blocks * round) / kills) await traffic.step()
        const under = traffic.stepUntilKilled()
        await setTimeout(random() * 50)
        await stop(running, 'SIGKILL')
        await under
      }
      await withStoredChain(dataDir, (url) => exportChain(url, bundle))

      const { head, inferences } = (await openBundle(bundle, ownConfig)).manifest
      expect(Number(head.number)).toBeGreaterThan(blocks * 0.9)
      expect(inferences).toBeGreaterThan(blocks / 10)
      const outcome = await replayBundle(bundle, { engines: ['wasm', 'native', 'reference'] })
      const summary = outcome.engines.map((one) => {
        const seconds = 'execution' in one ? one.execution.seconds.toFixed(1) : one.reason
        return `${one.engine} ${one.status} (${seconds} s)`
      })
      console.log(`${head.number} blocks, ${inferences} inferences: ${summary.join(', ')}`)
      expect(outcome.engines.map(({ engine, status }) => [engine, status])).toEqual([
        ['wasm', 'same'],
        ['native', 'same'],
        ['reference', 'same'],
      ])
    },
    300_000 + blocks * 2_000 + kills * 30_000,
  )
})
