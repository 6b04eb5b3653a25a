import type { NodeFaultError } from '../errors.js'
import type { Engine } from './engine.js'
import { createNativeEngine } from './native/engine.js'
import { createReferenceEngine } from './reference/engine.js'
import { createWasmEngine } from './wasm.js'
import { createWebGpuEngine } from './webgpu/engine.js'

/** Engines that this package has, the canonical one first. */
export const engineNames = ['wasm', 'native', 'webgpu', 'reference'] as const
export type EngineName = (typeof engineNames)[number]

/** An engine that may be there. */
export interface EngineCandidate {
  readonly name: EngineName
  /** @throws EngineUnavailableError where this machine lacks what it needs */
  create(): Engine | Promise<Engine>
}

export interface EngineSettings {
  /** Workers of each engine. Default: one a core, less one, at least one. */
  readonly threads?: number
  /** Bytes that the sessions which each worker keeps loaded may take together. Default: a share of the machine's, 512 MiB to 2 GiB. */
  readonly sessionBytes?: number
  /** Takes a GPU that is emulated on the CPU, too. Default: only where the engine is asked for by name. */
  readonly allowSoftwareGpu?: boolean
  /** Told of each worker that had to be replaced. */
  readonly onFault?: (fault: NodeFaultError) => void
}

/** An engine by its name. Nothing is started before `create`. */
export function engineCandidate(name: EngineName, settings: EngineSettings = {}): EngineCandidate {
  const { threads, allowSoftwareGpu = false, ...common } = settings
  switch (name) {
    case 'wasm':
      return { name, create: () => createWasmEngine(settings) }
    case 'native':
      return {
        name,
        create: () => createNativeEngine({ ...common, ...(threads && { processes: threads }) }),
      }
    case 'webgpu':
      return {
        name,
        create: () => createWebGpuEngine({ ...common, allowSoftware: allowSoftwareGpu }),
      }
    case 'reference':
      return { name, create: () => createReferenceEngine(settings) }
  }
}
