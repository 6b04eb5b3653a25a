import { Command } from 'commander'
import { describe, expect, test } from 'vitest'
import { addForkOptions, type ForkFlags, toForkOptions } from './forkFlags.js'

function options(...args: string[]) {
  const command = addForkOptions(new Command().exitOverride().configureOutput({ writeErr() {} }))
  command.parse(args, { from: 'user' })
  return toForkOptions(command.opts<ForkFlags>())
}

describe('flags of a fork', () => {
  test('none: no fork', () => {
    expect(options()).toBeUndefined()
  })

  test('a URL with a block behind it, and companions', () => {
    const url = 'https://user:p@example.org/v2/key'
    const pace = ['--compute-units-per-second', '500', '--timeout', '9', '--retries', '0']
    const headers = ['--fork-header', 'Authorization: Bearer x', '--fork-header', 'X-A: b: c']
    expect(
      options(
        '-f',
        `${url}@123`,
        ...pace,
        ...headers,
        '--fork-chain-id',
        '1',
        '--cache-path',
        '/c',
      ),
    ).toEqual({
      url,
      blockNumber: 123n,
      chainId: 1,
      timeoutMs: 9,
      retries: 0,
      computeUnitsPerSecond: 500,
      cacheFolder: '/c',
      headers: { Authorization: 'Bearer x', 'X-A': 'b: c' },
    })
  })

  test('a block counted back from the latest, no pace, the other name of the URL', () => {
    const url = 'http://127.0.0.1:8545'
    expect(options('--rpc-url', url, '--fork-block-number', '-5', '--no-rate-limit')).toEqual({
      url,
      blockNumber: -5n,
      headers: {},
      computeUnitsPerSecond: Number.POSITIVE_INFINITY,
    })
  })

  test('a chain elsewhere is kept on disk unless told otherwise, one of this machine is not', () => {
    expect(options('-f', 'https://example.org')?.cacheFolder).toMatch(/\.lockstep/)
    expect(
      options('-f', 'https://example.org', '--no-storage-caching')?.cacheFolder,
    ).toBeUndefined()
    expect(options('-f', 'http://localhost:8545')?.cacheFolder).toBeUndefined()
  })

  test('a transaction, in the place of a block', () => {
    const hash = `0x${'Ab'.repeat(32)}`
    expect(options('-f', 'http://127.0.0.1:1', '--fork-transaction-hash', hash)).toMatchObject({
      transactionHash: hash.toLowerCase(),
    })
    expect(() => options('--fork-transaction-hash', hash)).toThrow('need --fork-url')
    expect(() => options('-f', 'http://a@5', '--fork-transaction-hash', hash)).toThrow(
      'not in both',
    )
    expect(() => options('-f', 'http://a', '--fork-transaction-hash', '0x1')).toThrow('64 hex')
  })

  test('error: a block without a chain, a block given twice, a header without a name', () => {
    expect(() => options('--fork-block-number', '5')).toThrow('need --fork-url')
    expect(() => options('-f', 'http://a@5', '--fork-block-number', '5')).toThrow('not in both')
    expect(() => options('-f', 'http://a', '--fork-header', 'x')).toThrow('Name: value')
  })
})
