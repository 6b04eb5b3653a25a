import { inferenceAbi } from '@lockstep/precompile'
import { encodeFunctionData, parseEther } from 'viem'
import { expect, test } from 'vitest'
import type { Hex, SealedBlock } from '../node/node.js'
import { inferenceAddress } from '../node/registry.js'
import { affine, reciprocal } from '../node/testing/models.js'
import { callTrees } from './callTrees.js'
import { assemble } from './testing/assemble.js'
import { testServer } from './testing/testServer.js'
import { type Scenario, traceCorpus } from './testing/traceCorpus.js'

const caller: Hex = `0x${'aa'.repeat(20)}`
const infer = (id: Hex, x: bigint) =>
  encodeFunctionData({ abi: inferenceAbi, functionName: 'infer', args: [id, [x]] })

/** The tree of one transaction. */
async function treeOf(code: Readonly<Record<Hex, Hex>>, request: object) {
  const { call, node, addressOf } = await testServer({
    models: [affine.bytes, reciprocal.bytes],
  })
  for (const [owner, bytes] of Object.entries(code)) await call('anvil_setCode', owner, bytes)
  const common = { from: addressOf(0), to: caller, gas: '0x2dc6c0' }
  const { blockHash } = await call<{ blockHash: Hex }>('eth_sendTransactionSync', {
    ...common,
    ...request,
  })
  const [tree] = await callTrees(node, (await node.block({ hash: blockHash })) as SealedBlock)
  return tree
}

const relay = assemble(
  `CALLDATASIZE PUSH 0 PUSH 0 CALLDATACOPY PUSH 0 PUSH 0 CALLDATASIZE PUSH 0 PUSH ${inferenceAddress} GAS STATICCALL POP PUSH 7 PUSH 0 PUSH 0 LOG1 STOP`,
)

test('an inference shows its model, its inputs and its outputs', async () => {
  const tree = await treeOf({ [caller]: relay }, { data: infer(affine.id, parseEther('1')) })
  expect(tree?.replace(affine.id, 'MODEL').replace(/\(0{40}[^)]*\)/, '(…)')).toMatchInlineSnapshot(`
    "Traces:
      [9347] 0xaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa::0dd5f307(a4e58bf9acd7d7f87d52ff3e5e564f51f7869f615792a3aa29dc58606d06d77c000000000000000000000000000000000000000000000000000000000000004000000000000000000000000000000000000000000000000000000000000000010000000000000000000000000000000000000000000000000de0b6b3a7640000)
        ├─ [8429] Inference::infer(MODEL, [1000000000000000000]) [staticcall]
        │   └─ ← [Return] [3000000000000000000]
        ├─ emit topic 0: 0x0000000000000000000000000000000000000000000000000000000000000007
        │            data: 0x
        └─ ← [Stop]"
  `)
})

test('an inference that fails shows the error by name', async () => {
  const tree = await treeOf({ [caller]: relay }, { data: infer(reciprocal.id, 0n) })
  expect(tree).toContain('← [Revert] {name:NonFiniteOutput,args:[0,0]}')
})

test.each([
  'revert of a call with a reason',
  'create',
  'selfdestruct',
  'logs around a call',
  'out of gas in a call',
])('%s', async (name) => {
  const { code, value = 0, balances: _ } = traceCorpus[name] as Scenario
  expect(await treeOf(code, { value: `0x${value.toString(16)}` })).toMatchSnapshot()
})
