import { erc20Abi, maxUint256, toHex } from 'viem'
import { describe, expect, test } from 'vitest'
import { compile } from '../../node/testing/compile.js'
import { deploy } from '../../node/testing/testNode.js'
import { testClients } from '../testing/clients.js'

const owner = `0x${'77'.repeat(20)}` as const
const spender = `0x${'88'.repeat(20)}` as const
const { bytecode } = compile('Token.sol', 'Token')

async function token() {
  const clients = await testClients()
  const address = await deploy(clients.node, bytecode)
  const read = { address, abi: erc20Abi } as const
  return { ...clients, address, read }
}

describe('ERC-20', () => {
  test.each(['anvil_dealERC20', 'hardhat_dealERC20', 'anvil_setERC20Balance'])(
    '%s sets a balance, whatever it was',
    async (method) => {
      const { call, reader, address, read } = await token()
      for (const balance of [5n, 1n, 1n, maxUint256, 0n]) {
        expect(await call(method, owner, address, toHex(balance))).toBeNull()
        const found = await reader.readContract({
          ...read,
          functionName: 'balanceOf',
          args: [owner],
        })
        expect(found).toBe(balance)
      }
    },
  )

  test('anvil_setERC20Allowance sets an allowance', async () => {
    const { call, reader, address, read } = await token()
    await call('anvil_setERC20Allowance', owner, spender, address, '0x9')
    const args = [owner, spender] as const
    expect(await reader.readContract({ ...read, functionName: 'allowance', args })).toBe(9n)
  })

  test('error: what is no token, in the words of Anvil', async () => {
    const { failure } = await token()
    expect(await failure('anvil_dealERC20', owner, spender, '0x1')).toEqual({
      code: -32603,
      message: 'Unable to set ERC20 balance, no slot found',
    })
  })
})
