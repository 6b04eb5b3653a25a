import { createHmac, pbkdf2Sync } from 'node:crypto'
import { BaseError } from '@lockstep/precompile'
import { pointFromScalar, privateAdd } from 'tiny-secp256k1'

/** Thrown for a phrase or path that no key can be derived from. */
export class DerivationError extends BaseError {
  override readonly name = 'DerivationError'
}

/** A private key from which others are derived (BIP-32). */
export interface HdKey {
  readonly privateKey: Uint8Array
  readonly chainCode: Uint8Array
}

const wordCounts: readonly number[] = [12, 15, 18, 21, 24]
/** From this index on, a child follows from the private key alone. */
const firstHardened = 0x8000_0000

/** The key that a phrase of BIP-39 stands for, without a passphrase. @throws DerivationError */
export function keyOfMnemonic(mnemonic: string): HdKey {
  const phrase = mnemonic.normalize('NFKD')
  const words = phrase.split(' ').length
  if (!wordCounts.includes(words)) {
    throw new DerivationError(`A mnemonic of ${words} words stands for no key.`, {
      remedy: `Give ${wordCounts.join(', ')} words with single spaces between.`,
    })
  }
  const seed = pbkdf2Sync(phrase, 'mnemonic', 2048, 64, 'sha512')
  return halves(hmac(Buffer.from('Bitcoin seed'), seed))
}

/** The key at a path such as `m/44'/60'/0'/0`. @throws DerivationError */
export function deriveKey(root: HdKey, path: string): HdKey {
  const [start, ...steps] = path.split('/')
  if (start !== 'm') throw new DerivationError(`The derivation path ${path} does not start with m.`)
  return steps.reduce((key, step) => {
    const [, digits, mark] = /^(\d+)('?)$/.exec(step) ?? []
    const index = Number(digits)
    if (!(index < firstHardened)) {
      throw new DerivationError(`"${step}" is no part of a derivation path.`, {
        remedy: `Give a path like m/44'/60'/0'/0.`,
      })
    }
    return deriveChild(key, mark ? index + firstHardened : index)
  }, root)
}

/** @throws DerivationError for the one index in 2^127 that has no key. */
export function deriveChild({ privateKey, chainCode }: HdKey, index: number): HdKey {
  const isHardened = index >= firstHardened
  const data = Buffer.alloc(37)
  data.set(isHardened ? privateKey : (pointFromScalar(privateKey, true) ?? []), isHardened ? 1 : 0)
  data.writeUInt32BE(index, 33)
  const next = halves(hmac(chainCode, data))
  const sum = privateAdd(privateKey, next.privateKey)
  if (!sum) throw new DerivationError(`There is no private key at index ${index}.`)
  return { privateKey: sum, chainCode: next.chainCode }
}

function hmac(key: Uint8Array, data: Uint8Array): Buffer {
  return createHmac('sha512', key).update(data).digest()
}

function halves(bytes: Buffer): HdKey {
  return {
    privateKey: Uint8Array.from(bytes.subarray(0, 32)),
    chainCode: Uint8Array.from(bytes.subarray(32)),
  }
}
