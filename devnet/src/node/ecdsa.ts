import { calculateSigRecovery, concatBytes, setLengthLeft } from '@ethereumjs/util'
import { recover, signRecoverable } from 'tiny-secp256k1'

/**
 * Recovers the public key behind a signature: libsecp256k1 in WebAssembly, a quarter of what JavaScript takes.
 * @param v 0 or 1, 27 or 28, or with a chain id as EIP-155 has it.
 * @returns the 64 bytes of the key's coordinates.
 * @throws Error for what is no signature.
 */
export function ecrecover(
  hash: Uint8Array,
  v: bigint,
  r: Uint8Array,
  s: Uint8Array,
  chainId?: bigint,
): Uint8Array {
  const recovery = calculateSigRecovery(v, chainId)
  if (recovery !== 0n && recovery !== 1n) throw new Error('Invalid signature v value')
  const signature = concatBytes(setLengthLeft(r, 32), setLengthLeft(s, 32))
  const key = recover(hash, signature, recovery === 0n ? 0 : 1, false)
  if (!key) throw new Error('No public key is behind the signature')
  return key.subarray(1)
}

/** Signs by RFC 6979, with the lower of the two values of s. @returns the recovery bit, then r and s */
export function ecsign(hash: Uint8Array, privateKey: Uint8Array): Uint8Array<ArrayBuffer> {
  const { signature, recoveryId } = signRecoverable(hash, privateKey)
  return Uint8Array.of(recoveryId, ...signature)
}
