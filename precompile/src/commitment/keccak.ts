import { createKeccak } from 'hash-wasm'

// In WebAssembly it takes a twentieth of the time that JavaScript takes, and a model may be a hundred megabytes.
const hasher = await createKeccak(256)

/** keccak256 of some bytes. */
export function keccak(bytes: Uint8Array): Uint8Array {
  return hasher.init().update(bytes).digest('binary')
}
