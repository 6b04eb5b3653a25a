import {
  blobsToCommitments,
  blobsToProofs,
  commitmentsToVersionedHashes,
  concatHex,
  createPublicClient,
  createWalletClient,
  fromRlp,
  type Hex,
  http,
  parseGwei,
  stringToHex,
  toBlobs,
  toRlp,
} from 'viem'
import { mnemonicToAccount } from 'viem/accounts'
import { foundry } from 'viem/chains'
import { describe, expect, test } from 'vitest'
import { createDevnet } from '../../devnet.js'
import { defaultMnemonic } from '../../node/accounts.js'
import { temporaryFolder } from '../../node/testing/folder.js'
import { startAnvil } from '../testing/anvil.js'
import { cellProofs, viemKzg as kzg } from '../testing/kzg.js'
import { rpcClient, testServer } from '../testing/testServer.js'

const alice = mnemonicToAccount(defaultMnemonic)
const to = `0x${'77'.repeat(20)}` as const

interface Sidecar {
  readonly blobs: readonly Hex[]
  readonly commitments: readonly Hex[]
  readonly proofs: readonly Hex[]
}

function sidecarOf(text: string): Sidecar {
  const blobs = toBlobs({ data: stringToHex(text), to: 'hex' })
  const commitments = blobsToCommitments({ blobs, kzg, to: 'hex' })
  return { blobs, commitments, proofs: blobsToProofs({ blobs, commitments, kzg, to: 'hex' }) }
}

const good = sidecarOf('what a rollup posts')
const other = sidecarOf('what another one posts')

/** A signed transaction that names the blobs of `good`, with `sidecar` around it. */
async function wrapped(nonce: number, change: Partial<Sidecar> = {}, version?: Hex): Promise<Hex> {
  const signed = await bare(nonce)
  const { blobs, commitments, proofs } = { ...good, ...change }
  const inner = fromRlp(`0x${signed.slice(4)}`, 'hex')
  const lists = [[...blobs], [...commitments], [...proofs]]
  const items = version === undefined ? [inner, ...lists] : [inner, version, ...lists]
  return concatHex(['0x03', toRlp(items as never)])
}

function bare(nonce: number): Promise<Hex> {
  return alice.signTransaction({
    type: 'eip4844',
    chainId: 31_337,
    nonce,
    to,
    gas: 21_000n,
    maxFeePerGas: parseGwei('10'),
    maxPriorityFeePerGas: 1n,
    maxFeePerBlobGas: parseGwei('1'),
    blobVersionedHashes: commitmentsToVersionedHashes({
      commitments: [...good.commitments],
      to: 'hex',
    }),
  })
}

const changed = (blob: Hex | undefined): Hex => `0x00ff${blob?.slice(6)}`

describe('blobs of a transaction', () => {
  test("sent by viem's sendTransaction come back as from a real Anvil", async () => {
    const servers = [await testServer(), await startAnvil()]
    const told = await Promise.all(
      servers.map(async ({ url, call }) => {
        // Commitments are computed, and checked, in this very process.
        const base = { chain: foundry, transport: http(url, { timeout: 120_000, retryCount: 0 }) }
        const hash = await createWalletClient({ ...base, account: alice }).sendTransaction({
          to,
          blobs: ['first', 'second'].flatMap((text) => toBlobs({ data: stringToHex(text) })),
          kzg,
          maxFeePerBlobGas: parseGwei('1'),
        })
        const reader = createPublicClient(base)
        const receipt = await reader.waitForTransactionReceipt({ hash })
        const { blobVersionedHashes } = await reader.getTransaction({ hash })
        const header = await reader.getBlock()
        return {
          names: blobVersionedHashes,
          blobs: await call('anvil_getBlobsByTransactionHash', hash),
          second: await call('anvil_getBlobByHash', blobVersionedHashes?.[1]),
          used: [receipt.status, receipt.gasUsed, receipt.blobGasUsed, receipt.blobGasPrice],
          header: [header.blobGasUsed, header.excessBlobGas],
        }
      }),
    )
    expect(told[0]).toEqual(told[1])
    expect(told[0]?.blobs).toHaveLength(2)
    expect(told[0]?.second).toBe(told[0]?.blobs[1])
  })

  test.each(['prague', 'osaka'] as const)(
    'are proven by blob or by cell under %s',
    async (hardfork) => {
      const { call } = await testServer({ hardfork })
      const proofs = cellProofs(good.blobs[0] as Hex)
      for (const [nonce, raw] of [
        await wrapped(0),
        await wrapped(1, { proofs }, '0x01'),
      ].entries()) {
        const { status } = await call<{ status: Hex }>('eth_sendRawTransactionSync', raw)
        const { hash } = await call<{ hash: Hex }>(
          'eth_getTransactionBySenderAndNonce',
          alice.address,
          `0x${nonce}`,
        )
        expect(status).toBe('0x1')
        expect(await call('anvil_getBlobsByTransactionHash', hash)).toEqual(good.blobs)
      }
    },
  )

  test('are told once their transaction is mined, and no more once its block is gone', async () => {
    for (const { call } of [await testServer(), await startAnvil()]) {
      await call('evm_setAutomine', false)
      const hash = await call('eth_sendRawTransaction', await wrapped(0))
      expect(await call('anvil_getBlobsByTransactionHash', hash)).toBeNull()
      await call('evm_mine')
      expect(await call('anvil_getBlobsByTransactionHash', hash)).toEqual(good.blobs)
      await call('anvil_rollback', 1)
      expect(await call('anvil_getBlobsByTransactionHash', hash)).toBeNull()
      await call('anvil_mine', 1)
      await call('anvil_reorg', 1, [[await wrapped(0), 0]])
      expect(await call('anvil_getBlobsByTransactionHash', hash)).toEqual(good.blobs)
    }
  })

  test('stay in a data folder', async () => {
    const dataDir = await temporaryFolder()
    const options = { port: 0, genesisTimestamp: 1_700_000_000n, dataDir }
    const before = await createDevnet(options)
    const hash = await rpcClient(before.url).call('eth_sendRawTransaction', await wrapped(0))
    await before.close()
    const { call } = await testServer(options)
    expect(await call('anvil_getBlobsByTransactionHash', hash)).toEqual(good.blobs)
  })

  test('that nobody sent are null', async () => {
    const { call } = await testServer()
    expect(await call('anvil_getBlobByHash', `0x01${'00'.repeat(31)}`)).toBeNull()
    expect(await call('anvil_getBlobsByTransactionHash', `0x${'01'.repeat(32)}`)).toBeNull()
  })
})

/** What is wrong with a transaction's blobs, and what its sender reads. */
const faults: readonly [what: string, change: Partial<Sidecar>, message: RegExp][] = [
  ['with the proof of another blob', { proofs: other.proofs }, /^invalid KZG proof/],
  [
    'with the commitment of another blob',
    { commitments: other.commitments },
    /^wrong versioned hash: have 0x01[0-9a-f]{62}, expected 0x01[0-9a-f]{62}/,
  ],
  ['with a changed blob', { blobs: good.blobs.map(changed) }, /^invalid KZG proof/],
  ['with the blob of another transaction', other, /^wrong versioned hash: /],
  [
    'with no blobs in their place',
    { blobs: [], commitments: [], proofs: [] },
    /names 1 blobs, and brings 0 blobs/,
  ],
  ['with two proofs', { proofs: [...good.proofs, ...good.proofs] }, /1 commitments and 2 proofs/],
  ['with a proof that is no point', { proofs: [`0x${'ff'.repeat(48)}`] }, /^invalid KZG proof/],
  ['with numbers outside of the field', { blobs: [`0x${'ff'.repeat(131_072)}`] }, /^invalid KZG/],
  ['with a short blob', { blobs: [`0x${'00'.repeat(9)}`] }, /decode.*blob 0 is 9 bytes/],
  ['with a short proof', { proofs: [`0x${'00'.repeat(47)}`] }, /decode.*proof 0 is 47 bytes/],
]

/** What `eth_sendTransaction` takes in the place of a signature. */
const request = {
  from: alice.address,
  to,
  maxFeePerBlobGas: '0x3b9aca00',
  blobVersionedHashes: commitmentsToVersionedHashes({
    commitments: [...good.commitments],
    to: 'hex',
  }),
  ...good,
}

describe('blobs of a transaction that the node signs', () => {
  test('come back as from a real Anvil', async () => {
    const told = await Promise.all(
      [await testServer(), await startAnvil()].map(async ({ call }) => {
        const { status, transactionHash } = await call<Record<string, Hex>>(
          'eth_sendTransactionSync',
          request,
        )
        return [status, await call('anvil_getBlobsByTransactionHash', transactionHash)]
      }),
    )
    expect(told[0]).toEqual(['0x1', good.blobs])
    expect(told[0]).toEqual(told[1])
  })

  test('need no hashes, go along with impersonation, and into a raw transaction', async () => {
    const { call } = await testServer()
    const { blobVersionedHashes: names, ...unnamed } = request
    const raw = await call('eth_signTransaction', { ...unnamed, nonce: '0x0', gas: '0x5208' })
    const signed = await call('eth_sendRawTransaction', raw)
    await call('anvil_impersonateAccount', to)
    await call('anvil_setBalance', to, '0xde0b6b3a7640000')
    const sent = await call('eth_sendTransaction', { ...unnamed, from: to })
    for (const hash of [signed, sent]) {
      expect(await call('eth_getTransactionByHash', hash)).toMatchObject({
        type: '0x3',
        blobVersionedHashes: names,
      })
      expect(await call('anvil_getBlobsByTransactionHash', hash)).toEqual(good.blobs)
    }
  })

  test('are all there and prove themselves, or it is refused', async () => {
    const { call, failure } = await testServer()
    const forged = { ...request, proofs: other.proofs }
    expect(await failure('eth_sendTransaction', forged)).toMatchObject({
      code: -32003,
      message: expect.stringMatching(/^invalid KZG proof/),
    })
    const { proofs: _, ...unproven } = request
    for (const wrong of [
      unproven,
      { ...request, blobs: ['0x00'] },
      { from: alice.address, type: '0x3' },
    ]) {
      expect(await failure('eth_sendTransaction', wrong)).toMatchObject({ code: -32602 })
    }
    expect(await call('eth_getTransactionCount', alice.address, 'pending')).toBe('0x0')
  })
})

describe('the Beacon API', () => {
  test('gives what a real Anvil gives', async () => {
    const servers = [await testServer(), await startAnvil()]
    for (const { call } of servers) {
      await call('eth_sendRawTransaction', await wrapped(0))
      await call('anvil_mine', 1)
    }
    const name = request.blobVersionedHashes[0]
    const paths = [
      ...['blobs/1', 'blobs/0x1', 'blobs/2', 'blobs/latest', 'blobs/99', 'blobs/nonsense'],
      ...[`blobs/1?versioned_hashes=${name}`, `blobs/1?versioned_hashes=0x${'01'.repeat(32)}`],
      ...['blobs/1?versioned_hashes=0x01', 'blob_sidecars/1'],
    ]
    for (const path of paths) {
      const [ours, theirs] = await Promise.all(
        servers.map(async ({ url }) => {
          const response = await fetch(`${url}/eth/v1/beacon/${path}`)
          return [response.status, await response.json()]
        }),
      )
      expect(ours, path).toEqual(theirs)
    }
    const bytes = await Promise.all(
      servers.map(async ({ url }) => {
        const accept = 'application/json;q=0.5, application/octet-stream'
        const response = await fetch(`${url}/eth/v1/beacon/blobs/1`, { headers: { accept } })
        return Buffer.from(await response.arrayBuffer()).toString('hex')
      }),
    )
    expect(`0x${bytes[0]}` === good.blobs[0]).toBe(true)
    expect(bytes[0] === bytes[1]).toBe(true)
  })

  test('tells when the chain began, takes its own words, and nothing else', async () => {
    const { url } = await testServer({ genesisTimestamp: 1_700_000_000n })
    const get = async (path: string, method = 'GET') => {
      const response = await fetch(`${url}/eth/v1/beacon/${path}`, { method })
      return [response.status, await response.json()] as const
    }
    expect(await get('genesis')).toMatchObject([200, { data: { genesis_time: '1700000000' } }])
    for (const id of ['head', 'genesis']) {
      expect(await get(`blobs/${id}`)).toMatchObject([200, { data: [] }])
    }
    expect((await get('headers'))[0]).toBe(404)
    expect((await get('blobs/1/2'))[0]).toBe(404)
    expect((await get('genesis', 'POST'))[0]).toBe(405)
  })
})

describe('a blob transaction is refused', () => {
  test('with other blobs than it names, by the code of a real Anvil', async () => {
    const [ours, theirs] = [await testServer(), await startAnvil()]
    for (const [what, change, message] of faults) {
      const raw = await wrapped(0, change)
      const failure = await ours.failure('eth_sendRawTransaction', raw)
      const { code } = await theirs.failure('eth_sendRawTransaction', raw)
      expect(failure, what).toMatchObject({ code, message: expect.stringMatching(message) })
    }
    const alone = await bare(0)
    const { code } = await theirs.failure('eth_sendRawTransaction', alone)
    expect(await ours.failure('eth_sendRawTransaction', alone)).toMatchObject({
      code,
      message: expect.stringMatching(/^eip4844 tx variant without sidecar/),
    })
    expect(await ours.call('eth_getTransactionCount', alice.address, 'pending')).toBe('0x0')
  })

  test('with a cell proof in the place of another, or one too few', async () => {
    const { failure } = await testServer()
    const [first, second, ...rest] = cellProofs(good.blobs[0] as Hex) as [Hex, Hex, ...Hex[]]
    const swapped = await wrapped(0, { proofs: [second, first, ...rest] }, '0x01')
    expect(await failure('eth_sendRawTransaction', swapped)).toMatchObject({
      code: -32003,
      message: expect.stringContaining('invalid KZG proof'),
    })
    const short = await wrapped(0, { proofs: [first, second, ...rest.slice(1)] }, '0x01')
    expect((await failure('eth_sendRawTransaction', short)).message).toContain('127 proofs')
  })

  test('in a wrapping that no specification knows', async () => {
    const { failure } = await testServer()
    for (const version of ['0x', '0x02', '0x0001'] as const) {
      expect(await failure('eth_sendRawTransaction', await wrapped(0, {}, version))).toMatchObject({
        code: -32602,
        message: expect.stringContaining('not 1'),
      })
    }
  })
})
