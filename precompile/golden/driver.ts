import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import {
  createNativeEngine,
  createReferenceEngine,
  createWasmEngine,
  createWebGpuEngine,
  type Engine,
  EngineUnavailableError,
} from '@lockstep/precompile'
import { type Digests, differencesOf, digestModel, type ModelDigests } from './digests.js'
import { goldenModels } from './models.js'

/**
 * Runs the golden models on one engine of this process and compares what they answer with the golden file, or prints
 * it: `node precompile/golden/dist/driver.js --engine native --threads 2 --golden precompile/golden/digests.json`. Words choose models by
 * their names. The last line is a report in JSON.
 */

const { values, positionals: words } = parseArgs({
  allowPositionals: true,
  options: {
    engine: { type: 'string' },
    /** Of native code: how many share the work of one run. */
    threads: { type: 'string', default: '1' },
    /** What to compare with. Without it the report holds the digests. */
    golden: { type: 'string' },
    /** Runs of each model. Default: all. */
    runs: { type: 'string' },
    /** Leaves out models of more bytes. */
    'max-bytes': { type: 'string' },
    /** What starts the child processes of engines, where that is not this very Node. */
    'exec-path': { type: 'string' },
  },
})

/** What became of a run of the driver. */
export type DriverReport =
  | { readonly status: 'unavailable'; readonly reason: string }
  | {
      readonly status: 'done'
      readonly models: number
      readonly answers: number
      readonly device?: string
      readonly differences: readonly string[]
      /** Where there was nothing to compare with. */
      readonly digests?: Digests
    }

function createEngine(name: string | undefined, threads: number): Engine {
  switch (name) {
    case 'wasm':
      return createWasmEngine({ threads: 1 })
    case 'native':
      return createNativeEngine({ processes: 1, threadsPerRun: threads })
    case 'webgpu':
      return createWebGpuEngine({ allowSoftware: true })
    case 'reference':
      return createReferenceEngine()
    default:
      throw new TypeError(`--engine is ${name}, not wasm, native, webgpu or reference.`)
  }
}

async function drive(): Promise<DriverReport> {
  const golden = values.golden && (JSON.parse(readFileSync(values.golden, 'utf8')) as Digests)
  const maxBytes = Number(values['max-bytes'] ?? Number.POSITIVE_INFINITY)
  let engine: Engine | undefined
  try {
    engine = createEngine(values.engine, Number(values.threads))
    const digests: Record<string, ModelDigests> = {}
    for (const each of goldenModels()) {
      const { name, model } = each
      if (model.class === 'pinned' && values.engine !== 'wasm') continue
      if (model.bytes.length > maxBytes) continue
      if (words.length > 0 && !words.some((word) => name.includes(word))) continue
      digests[name] = await digestModel(engine, each, values.runs ? Number(values.runs) : undefined)
    }
    return {
      status: 'done',
      models: Object.keys(digests).length,
      answers: Object.values(digests).reduce((sum, { outputs }) => sum + outputs.length, 0),
      ...(engine.device !== undefined && { device: engine.device }),
      ...(golden
        ? {
            differences: Object.entries(digests).flatMap(([name, got]) =>
              differencesOf(golden, name, got),
            ),
          }
        : { differences: [], digests }),
    }
  } catch (error) {
    if (!(error instanceof EngineUnavailableError)) throw error
    return { status: 'unavailable', reason: error.reason }
  } finally {
    await engine?.close()
  }
}

if (values['exec-path'] !== undefined) process.execPath = values['exec-path']
console.log(JSON.stringify(await drive()))
