import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createDevnet, type Devnet } from '../devnet.js'
import { conversationGaps } from './surface/conversationGaps.js'
import {
  type Conversation,
  comparable,
  haveSameShape,
  readConversations,
} from './testing/conversations.js'
import { post } from './testing/testServer.js'

const fixtures = process.env.LOCKSTEP_FIXTURES
const folder = join(fixtures ?? '', 'execution-apis', 'tests')
const isThere = fixtures !== undefined && existsSync(folder)
if (!isThere) {
  console.log(
    'Skipped the conversations of other clients: set LOCKSTEP_FIXTURES to a folder that holds execution-apis/tests.',
  )
}

const conversations = isThere ? readConversations(folder) : []

describe.runIf(isThere)(
  'conversations that other clients had on the chain of execution-apis',
  () => {
    let devnet: Devnet

    beforeAll(async () => {
      const read = (file: string) => readFileSync(join(folder, file))
      devnet = await createDevnet({
        port: 0,
        genesis: JSON.parse(read('genesis.json').toString()),
        // What one conversation sends, another finds waiting in the pool.
        mining: { type: 'manual' },
      })
      await devnet.node.importChain(read('chain.rlp'))
      const { params } = JSON.parse(read('headfcu.json').toString())
      expect(devnet.node.head.hash).toBe(params[0].headBlockHash)
    })

    afterAll(() => devnet?.close())

    test.each(conversations)('$name', async (conversation) => {
      const differences = await converse(devnet, conversation)
      const reason = conversationGaps[conversation.name]
      if (reason === undefined) expect(differences).toEqual([])
      else expect(differences, `listed as a gap: ${reason}`).not.toEqual([])
    })

    test('every gap that is listed is one of them', () => {
      const names = conversations.map(({ name }) => name)
      expect(Object.keys(conversationGaps).filter((name) => !names.includes(name))).toEqual([])
    })

    test('the chain goes on after its last block', async () => {
      const { node } = devnet
      const { number, timestamp } = node.head.block.header
      const [mined] = await node.mine()
      expect(mined?.block.header.number).toBe(number + 1n)
      expect(mined?.block.header.timestamp).toBeGreaterThan(timestamp)
      expect(mined?.block.common.hardfork()).toBe('bpo2')
      expect(mined?.transactions.length).toBeGreaterThan(0)
    })
  },
)

/** Each answer that is not as recorded, with the recorded one. */
async function converse(devnet: Devnet, { exchanges, isShapeOnly }: Conversation) {
  const differences: { ours: unknown; recorded: unknown }[] = []
  for (const { request, answer } of exchanges) {
    const { text } = await post(devnet.url, request)
    const [ours, recorded] = [comparable(JSON.parse(text)), comparable(answer)]
    const agree = isShapeOnly ? haveSameShape(ours, recorded) : isDeepStrictEqual(ours, recorded)
    if (!agree) differences.push({ ours, recorded })
  }
  return differences
}
