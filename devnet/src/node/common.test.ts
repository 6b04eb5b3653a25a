import { describe, expect, test } from 'vitest'
import { createCommon, hardforks, toHardfork, UnknownHardforkError } from './common.js'

describe('toHardfork', () => {
  test('takes names as people write them', () => {
    expect(toHardfork('Prague')).toBe('prague')
    expect(toHardfork('grayglacier')).toBe('grayGlacier')
    expect(toHardfork('latest')).toBe(hardforks.at(-1))
  })

  test('error: a name that no chain runs lists those that can be chosen', () => {
    expect(() => toHardfork('frontier')).toThrow(UnknownHardforkError)
    expect(() => toHardfork('frontier')).toThrow(/london, .*prague/)
  })
})

describe('createCommon', () => {
  test.each(hardforks)('runs %s from genesis on, under proof of stake', (hardfork) => {
    const common = createCommon({ chainId: 5, hardfork })
    expect(common.hardfork()).toBe(hardfork)
    expect(common.getHardforkBy({ blockNumber: 0n, timestamp: 0n })).toBe(hardfork)
    expect(common.consensusType()).toBe('pos')
    expect(common.chainId()).toBe(5n)
  })

  test('keeps the parameters of EthereumJS in its copies', () => {
    const common = createCommon({ chainId: 5, hardfork: 'prague' })
    const copy = common.copy()
    expect(copy.param('txGas')).toBe(21_000n)
    expect(copy.param('historyServeWindow')).toBe(8191n)
  })
})
