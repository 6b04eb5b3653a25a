import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { NodeFaultError } from '../../errors.js'
import { assertExact, type Engine, EngineUnavailableError, type RuntimeId } from '../engine.js'
import { createPooledEngine } from '../pooledEngine.js'
import { ProcessPool } from '../processPool.js'
import { defaultSessionBytes, defaultWorkers } from '../wasm.js'

export interface NativeEngineOptions {
  /** Processes that run models side by side. Default: one a core, less one, at least one. */
  readonly processes?: number
  /** Threads that share the work of one run. Default 1. */
  readonly threadsPerRun?: number
  /** Bytes that the sessions which each process keeps loaded may take together. Default: a share of the machine's, 512 MiB to 2 GiB. */
  readonly sessionBytes?: number
  /** Told of each process that had to be replaced. */
  readonly onFault?: (fault: NodeFaultError) => void
}

const PACKAGE = 'onnxruntime-node'
/** The version whose integer kernels are known: what they get wrong is refused by the proof of exactness. */
const VERSION = '1.30.0'

/**
 * ONNX Runtime's native code on this CPU, for exact models only: its floating-point bits depend on the CPU, on the
 * number of threads and on the optimisations. It runs in child processes, because ending a thread in the middle of a
 * native run ends the whole process with it.
 * @throws EngineUnavailableError where onnxruntime-node is not installed, or in another version.
 * @example
 * const engine = createNativeEngine({ threadsPerRun: 2 })
 * const outputs = await engine.run(exactModel, inputs)
 * await engine.close()
 */
export function createNativeEngine(options: NativeEngineOptions = {}): Engine {
  const { onFault = () => {}, processes = defaultWorkers(), threadsPerRun = 1 } = options
  const sessionBytes = options.sessionBytes ?? defaultSessionBytes(processes)
  return createPooledEngine({
    runtimeId: readRuntimeId(threadsPerRun),
    pool: new ProcessPool({
      entry: '@lockstep/precompile/native-process',
      args: [String(sessionBytes), String(threadsPerRun)],
      processes,
      onIdleFault: onFault,
    }),
    // An engine that dies once gives way to the canonical one: nothing is gained by a second try.
    attempts: 1,
    onFault,
    admit: (model) => assertExact(model, PACKAGE),
  })
}

function readRuntimeId(threadsPerRun: number): RuntimeId {
  const manifest = installedManifest()
  if (manifest.version !== VERSION) {
    throw new EngineUnavailableError(PACKAGE, `version ${manifest.version} is installed`, {
      remedy: INSTALL,
    })
  }
  let sha256: string | undefined
  return {
    engine: PACKAGE,
    version: manifest.version,
    // Read only where somebody asks: it takes as long as a start.
    get binarySha256() {
      sha256 ??= hashBinary(manifest.folder)
      return sha256
    },
    options: {
      executionProviders: 'cpu',
      platform: `${process.platform}-${process.arch}`,
      threadsPerRun,
    },
  }
}

const INSTALL = `Install it with \`npm install ${PACKAGE}@${VERSION} --onnxruntime-node-install=skip\`.`

function installedManifest(): { readonly version: string; readonly folder: string } {
  const require = createRequire(import.meta.url)
  try {
    const file = require.resolve(`${PACKAGE}/package.json`)
    const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string }
    return { version, folder: dirname(file) }
  } catch (cause) {
    throw new EngineUnavailableError(PACKAGE, 'it is not installed', { remedy: INSTALL, cause })
  }
}

const LIBRARIES: Readonly<Partial<Record<NodeJS.Platform, string>>> = {
  darwin: 'libonnxruntime.1.dylib',
  linux: 'libonnxruntime.so.1',
  win32: 'onnxruntime.dll',
}

function hashBinary(folder: string): string {
  const library = LIBRARIES[process.platform] ?? 'unknown'
  const file = join(folder, 'bin', 'napi-v6', process.platform, process.arch, library)
  return createHash('sha256').update(readFileSync(file)).digest('hex')
}
