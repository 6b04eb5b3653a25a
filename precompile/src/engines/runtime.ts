import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { NodeFaultError } from '../errors.js'
import type { RuntimeId } from './engine.js'

/** Session options of every run. Each of them may change the last bits of a float, so they are part of the runtime id. */
export const SESSION_OPTIONS = {
  graphOptimizationLevel: 'all',
  executionMode: 'sequential',
  enableCpuMemArena: false,
  enableMemPattern: false,
} as const

/** The one engine whose bits a `pinned` model has. */
export const CANONICAL_RUNTIME: RuntimeId = {
  engine: 'onnxruntime-web',
  version: '1.30.0',
  binarySha256: '3398c10d07d229bd91b364548e130e0e51a8e5704b88c7c083ebbeb78842dee2',
  options: { executionProviders: 'wasm', numThreads: 1, simd: 'fixed', ...SESSION_OPTIONS },
}

/** The installed engine is not the one that blocks are computed on. */
export class RuntimeMismatchError extends NodeFaultError {
  override readonly name = 'RuntimeMismatchError'

  constructor(
    readonly what: string,
    readonly want: string,
    readonly got: string,
  ) {
    super(`The inference engine's ${what} is ${got}, the chain needs ${want}.`, {
      remedy: 'Install the package again from its lock file, without overrides of onnxruntime-web.',
    })
  }
}

/**
 * Reads the WebAssembly binary of the canonical engine from the installed package.
 * @param runtime - What the binary must be.
 * @throws RuntimeMismatchError when its sha256 is another one.
 */
export function readRuntimeBinary(runtime: RuntimeId = CANONICAL_RUNTIME): Uint8Array {
  // The package's entry stands beside its binaries; the path is taken from this package's own dependency.
  const dist = dirname(createRequire(import.meta.url).resolve('onnxruntime-web'))
  const binary = readFileSync(join(dist, 'ort-wasm-simd-threaded.wasm'))
  const got = createHash('sha256').update(binary).digest('hex')
  if (got !== runtime.binarySha256) {
    throw new RuntimeMismatchError('sha256', runtime.binarySha256, got)
  }
  return binary
}
