import { createBlock } from '@ethereumjs/block'
import { createWithdrawal, KECCAK256_RLP } from '@ethereumjs/util'
import { describe, expect, test } from 'vitest'
import { createCommon } from '../common.js'
import { emptyDatabase } from '../database.js'
import { createView } from '../view.js'
import { applyBlock, applyWhole } from './applyBlock.js'

const common = createCommon({ chainId: 31_337, hardfork: 'osaka' })

const emptyView = () =>
  createView(
    {
      common,
      database: emptyDatabase,
      remote: undefined,
      inference: undefined,
      signal: new AbortController().signal,
      blockHash: async () => new Uint8Array(32),
    },
    KECCAK256_RLP,
  )

describe('applyBlock', () => {
  test.each([
    ['pays withdrawals', [5n, 7n]],
    ['makes no account of one that is paid nothing', [0n]],
    ['makes one of it that is paid later', [0n, 1n]],
  ])('%s, as EthereumJS does', async (_, amounts) => {
    const withdrawals = amounts.map((amount, index) =>
      createWithdrawal({
        index,
        validatorIndex: index,
        address: `0x${'77'.repeat(20)}`,
        amount,
      }),
    )
    const block = createBlock(
      { header: { number: 1n, gasLimit: 30_000_000n }, withdrawals },
      { common, skipConsensusFormatValidation: true },
    )
    const { stateRoot, requestsHash } = await applyWhole(await emptyView(), block)
    expect(await applyBlock(await emptyView(), block)).toMatchObject({
      stateRoot,
      requestsHash,
      gasUsed: 0n,
      receiptsRoot: KECCAK256_RLP,
    })
  })
})
