import { decodeAbiParameters, encodeFunctionData, erc20Abi, maxUint256, numberToHex } from 'viem'
import type { Hex, Node } from '../../node/node.js'
import { address, quantity } from '../codec.js'
import { ErrorCode, RpcError } from '../errors.js'
import { method, required } from '../method.js'

const token = required('token', address)
const owner = required('address', address)
const amount = required('amount', quantity)

/** Balances and allowances of tokens, written where the token keeps them. */
export const erc20 = [
  method(
    ['anvil_dealERC20', 'hardhat_dealERC20', 'anvil_setERC20Balance'],
    [owner, token, amount],
    ({ node }, holder, contract, balance) => {
      const data = encodeFunctionData({
        abi: erc20Abi,
        functionName: 'balanceOf',
        args: [holder],
      })
      return setAnswer(node, contract, data, balance, 'balance')
    },
  ),
  method(
    'anvil_setERC20Allowance',
    [owner, required('spender', address), token, amount],
    ({ node }, holder, spender, contract, allowance) => {
      const data = encodeFunctionData({
        abi: erc20Abi,
        functionName: 'allowance',
        args: [holder, spender],
      })
      return setAnswer(node, contract, data, allowance, 'allowance')
    },
  ),
]

/** Makes a call answer this value from now on, by the one storage slot of the contract that decides it. */
async function setAnswer(node: Node, to: Hex, data: Hex, value: bigint, what: string) {
  const { accessList } = await node.createAccessList({ to, data }, 'latest')
  const slots = accessList.find((entry) => entry.address.toLowerCase() === to)?.storageKeys ?? []
  // Where the slot holds the value already, one value alone would let any slot pass.
  const probes = [value, value === maxUint256 ? 0n : value + 1n]
  for (const slot of slots) {
    if (!(await decides(node, { to, data }, slot, probes))) continue
    await node.setStorageAt(to, slot, toWord(value))
    return
  }
  throw new RpcError(ErrorCode.internal, `Unable to set ERC20 ${what}, no slot found`)
}

async function decides(
  node: Node,
  request: { to: Hex; data: Hex },
  slot: Hex,
  probes: readonly bigint[],
): Promise<boolean> {
  for (const probe of probes) {
    const state = { [request.to]: { stateDiff: { [slot]: toWord(probe) } } }
    const { success, returnData } = await node.call(request, 'latest', { state })
    if (!success || returnData.length !== 66) return false
    if (decodeAbiParameters([{ type: 'uint256' }], returnData)[0] !== probe) return false
  }
  return true
}

function toWord(value: bigint): Hex {
  return numberToHex(value, { size: 32 })
}
