import { expect, test } from 'vitest'
import { testServer } from '../testing/testServer.js'

test('a node answers for its whole past, and a fork for the blocks of the forked chain too', async () => {
  const origin = await testServer()
  await origin.call('anvil_mine', '0x3')
  const all = { disabled: false, oldestBlock: '0x0' }
  const { hash } = origin.node.head
  const parts = { state: all, tx: all, logs: all, receipts: all, blocks: all, stateproofs: all }
  const answer = { head: { number: '0x3', hash }, ...parts }
  expect(await origin.call('eth_capabilities')).toEqual(answer)

  const fork = await testServer({ fork: { url: origin.url } })
  const own = { disabled: false, oldestBlock: '0x3' }
  expect(await fork.call('eth_capabilities')).toMatchObject({
    state: own,
    stateproofs: own,
    blocks: all,
    logs: all,
  })
})
