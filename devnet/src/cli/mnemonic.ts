import { chacha12 } from '@noble/ciphers/chacha'
import { entropyToMnemonic } from '@scure/bip39'
import { english, generateMnemonic } from 'viem/accounts'
import { defaultMnemonic } from '../node/accounts.js'

/** The flags that decide the phrase of the dev accounts. */
export interface MnemonicFlags {
  readonly mnemonic?: string
  /** Number of words. */
  readonly mnemonicRandom?: number
  readonly mnemonicSeedUnsafe?: bigint
}

/** The phrase that the flags ask for: one that is given, a random one, or one that a seed decides. */
export function mnemonicOf(flags: MnemonicFlags): string {
  if (flags.mnemonicSeedUnsafe !== undefined) return seededMnemonic(flags.mnemonicSeedUnsafe)
  if (flags.mnemonicRandom !== undefined) {
    // Every three words hold 32 bits.
    return generateMnemonic(english, ((flags.mnemonicRandom / 3) * 32) as 128)
  }
  return flags.mnemonic ?? defaultMnemonic
}

/** The phrase that Anvil makes of the same seed. Anybody can make it: fit for tests alone. */
function seededMnemonic(seed: bigint): string {
  const words = chacha12(expandSeed(seed), new Uint8Array(12), new Uint8Array(64))
  // Anvil takes one byte of each 32-bit word that its generator gives.
  return entropyToMnemonic(
    words.filter((_, index) => index % 4 === 0),
    english,
  )
}

/** A 64-bit seed made 32 bytes, as Rust's `rand` does for its generators: by PCG32. */
function expandSeed(seed: bigint): Uint8Array {
  const bytes = new Uint8Array(32)
  const view = new DataView(bytes.buffer)
  let state = seed
  for (let offset = 0; offset < bytes.length; offset += 4) {
    state = BigInt.asUintN(64, state * 6364136223846793005n + 11634580027462260723n)
    const shifted = Number(BigInt.asUintN(32, ((state >> 18n) ^ state) >> 27n))
    const rotation = Number(state >> 59n)
    view.setUint32(offset, (shifted >>> rotation) | (shifted << (-rotation & 31)), true)
  }
  return bytes
}
