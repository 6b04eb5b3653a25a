import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { NodeFaultError } from '../../errors.js'
import { assertExact, type Engine, EngineUnavailableError, type RuntimeId } from '../engine.js'
import { createPooledEngine } from '../pooledEngine.js'
import { ProcessPool } from '../processPool.js'

export interface WebGpuEngineOptions {
  /** Takes a GPU that is emulated on the CPU, too. It is slower than the CPU itself: for tests alone. */
  readonly allowSoftware?: boolean
  /** Bytes of GPU memory that the models which are kept loaded may take together. Default 512 MiB. */
  readonly sessionBytes?: number
  /** Told when the process that holds the GPU had to be replaced. */
  readonly onFault?: (fault: NodeFaultError) => void
}

const PACKAGE = 'webgpu'
const VERSION = '0.6.2'
const INSTALL = `Install it with \`npm install ${PACKAGE}@${VERSION}\`.`

/**
 * Kernels of our own on the GPU of this machine, for exact models only. WGSL defines integer arithmetic to the last
 * bit, so every GPU gives the bits of the reference semantics.
 *
 * The GPU is reached from a child process. A driver that crashes takes its process with it, and one that hangs can't
 * be ended within it; neither may cost the chain a block.
 * @throws EngineUnavailableError where the package webgpu is not installed, or in another version. A machine without
 * a GPU is noticed by the first run, which rejects with the same error.
 * @example
 * const engine = createWebGpuEngine()
 * const outputs = await engine.run(exactModel, inputs)
 * await engine.close()
 */
export function createWebGpuEngine(options: WebGpuEngineOptions = {}): Engine {
  const { onFault = () => {}, sessionBytes = 512 * 2 ** 20, allowSoftware = false } = options
  return createPooledEngine({
    runtimeId: readRuntimeId(),
    pool: new ProcessPool({
      entry: '@lockstep/precompile/webgpu-process',
      args: [String(sessionBytes), allowSoftware ? 'software' : 'hardware'],
      // One GPU runs one thing at a time.
      processes: 1,
      onIdleFault: onFault,
    }),
    // An engine that dies once gives way to the canonical one: nothing is gained by a second try.
    attempts: 1,
    onFault,
    admit: (model) => assertExact(model, PACKAGE),
  })
}

function readRuntimeId(): RuntimeId {
  const { version, folder } = installedManifest()
  if (version !== VERSION) {
    throw new EngineUnavailableError(PACKAGE, `version ${version} is installed`, {
      remedy: INSTALL,
    })
  }
  let sha256: string | undefined
  return {
    engine: PACKAGE,
    version,
    // Read only where somebody asks: it takes as long as a start.
    get binarySha256() {
      sha256 ??= hashBinary(folder)
      return sha256
    },
    options: { platform: `${process.platform}-${process.arch}` },
  }
}

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

function hashBinary(folder: string): string {
  const arch = process.platform === 'darwin' ? 'universal' : process.arch
  const file = join(folder, 'dist', `${process.platform}-${arch}`, 'dawn.node')
  return createHash('sha256').update(readFileSync(file)).digest('hex')
}
