import { ecrecover as nobleRecover } from '@ethereumjs/util'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ecrecover, ecsign } from './ecdsa.js'

const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 })
const key = fc
  .bigInt({ min: 1n, max: order - 1n })
  .map((value) => Uint8Array.from(Buffer.from(value.toString(16).padStart(64, '0'), 'hex')))

/** What a function gives, or that it throws. */
function outcome(run: () => Uint8Array): string {
  try {
    return Buffer.from(run()).toString('hex')
  } catch {
    return 'refused'
  }
}

describe('ecrecover', () => {
  test('finds the key that signed, with either s, as EthereumJS does', () => {
    fc.assert(
      fc.property(bytes32, key, fc.boolean(), (hash, privateKey, isHigh) => {
        const [bit = 0, ...rest] = ecsign(hash, privateKey)
        const r = Uint8Array.from(rest.slice(0, 32))
        const low = BigInt(`0x${Buffer.from(rest.slice(32)).toString('hex')}`)
        const value = (isHigh ? order - low : low).toString(16).padStart(64, '0')
        const s = Uint8Array.from(Buffer.from(value, 'hex'))
        const v = BigInt(isHigh ? 1 - bit : bit)
        const found = ecrecover(hash, v, r, s)
        expect(found).toEqual(secp256k1.getPublicKey(privateKey, false).subarray(1))
        expect(found).toEqual(nobleRecover(hash, v, r, s))
      }),
      { numRuns: 30 },
    )
  })

  test('refuses what EthereumJS refuses', () => {
    const edge = fc.constantFrom(0n, 1n, order - 1n, order, order + 1n, 2n ** 256n - 1n)
    const scalar = fc
      .oneof(edge, fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }))
      .map((value) => Uint8Array.from(Buffer.from(value.toString(16).padStart(64, '0'), 'hex')))
    const v = fc.constantFrom(0n, 1n, 2n, 27n, 28n, 29n, 37n)
    fc.assert(
      fc.property(bytes32, v, scalar, scalar, (hash, v, r, s) => {
        expect(outcome(() => ecrecover(hash, v, r, s))).toBe(
          outcome(() => nobleRecover(hash, v, r, s)),
        )
      }),
      { numRuns: 60 },
    )
  })

  test('reads the v of a chain as EIP-155 has it', () => {
    const hash = new Uint8Array(32).fill(7)
    const [bit = 0, ...rest] = ecsign(hash, new Uint8Array(32).fill(9))
    const [r, s] = [Uint8Array.from(rest.slice(0, 32)), Uint8Array.from(rest.slice(32))]
    const v = 31_337n * 2n + 35n + BigInt(bit)
    expect(ecrecover(hash, v, r, s, 31_337n)).toEqual(nobleRecover(hash, BigInt(bit), r, s))
  })
})

test('ecsign gives the signatures that EthereumJS gives', () => {
  fc.assert(
    fc.property(bytes32, key, (hash, privateKey) => {
      expect(ecsign(hash, privateKey)).toEqual(
        secp256k1.sign(hash, privateKey, { format: 'recovered', prehash: false }),
      )
    }),
    { numRuns: 30 },
  )
})
