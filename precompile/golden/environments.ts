import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** One way to run the golden models. */
export interface Environment {
  readonly name: string
  readonly engine: 'wasm' | 'native' | 'webgpu' | 'reference'
  /** Flags of Node, before the program. */
  readonly nodeFlags?: readonly string[]
  readonly driverFlags?: readonly string[]
  /** A CPU that QEMU emulates. */
  readonly cpu?: string
}

/** V8 compiles WebAssembly twice: quickly at first, and functions that are hot again, optimised. */
const TURBOFAN_ONLY = ['--no-liftoff']
const LIFTOFF_ONLY = ['--liftoff-only']

/** An emulated CPU is some 20 times as slow: one run a model, and of the large models none. */
const FEW = ['--runs', '1', '--max-bytes', '4000000']

/** Westmere's predecessor has no AVX at all, Haswell has AVX2 and neither AVX-512 nor VNNI. */
const CPUS = ['Nehalem', 'Haswell']

/** Where the golden models run, the reference semantics first. */
export const environments: readonly Environment[] = [
  { name: 'reference', engine: 'reference' },
  { name: 'wasm', engine: 'wasm' },
  { name: 'wasm, Turbofan only', engine: 'wasm', nodeFlags: TURBOFAN_ONLY },
  { name: 'wasm, Liftoff only', engine: 'wasm', nodeFlags: LIFTOFF_ONLY },
  ...[1, 2, 4].map(
    (threads): Environment => ({
      name: `native, ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
      engine: 'native',
      driverFlags: ['--threads', String(threads)],
    }),
  ),
  { name: 'webgpu', engine: 'webgpu' },
  ...CPUS.flatMap((cpu): Environment[] => [
    { name: `wasm on ${cpu}`, engine: 'wasm', driverFlags: FEW, cpu },
    { name: `native on ${cpu}`, engine: 'native', driverFlags: FEW, cpu },
  ]),
]

/** QEMU's emulator, where `bash .ci/qemu` has put it or an administrator has. */
export const emulator = process.env.LOCKSTEP_QEMU ?? 'qemu-x86_64-static'

/**
 * Writes a program that is Node on another CPU. Processes that an emulated one starts would run on the real CPU, so
 * each of them has to be started through it.
 */
export function writeEmulatedNode(folder: string, cpu: string): string {
  const file = join(folder, `node-${cpu}`)
  // QEMU says on stderr which features of the CPU it does not emulate.
  writeFileSync(file, `#!/bin/sh\nexec '${emulator}' -cpu ${cpu} '${process.execPath}' "$@"\n`)
  chmodSync(file, 0o755)
  return file
}
