import type { DemoClient } from '@lockstep/example-volatility/client'
import type { Artifact } from '@lockstep/example-volatility/compile'
import { ExampleError } from '@lockstep/example-volatility/errors'
import { confirm } from '@lockstep/example-volatility/transaction'
import {
  type Address,
  concat,
  encodeDeployData,
  getCreate2Address,
  type Hex,
  keccak256,
  numberToHex,
} from 'viem'

/** The deployer by CREATE2 that stands at this address on most chains, and on every devnet. */
const DEPLOYER = '0x4e59b44847b379578588920cA78FbF26c0B4956C'
/** The lowest bits of a hook's address say which functions the pool manager calls. */
const HOOK_BITS = 0x3fffn
const BEFORE_INITIALIZE = 1n << 13n
const BEFORE_SWAP = 1n << 7n

/** Deploys a hook at an address that asks for `beforeInitialize` and `beforeSwap`. */
export async function deployHook(
  client: DemoClient,
  { abi, bytecode }: Artifact,
  args: readonly unknown[],
): Promise<Address> {
  const code = encodeDeployData({ abi, bytecode, args })
  const { salt, address } = findSalt(code, BEFORE_INITIALIZE | BEFORE_SWAP)
  const hash = await client.sendTransaction({ to: DEPLOYER, data: concat([salt, code]) })
  await confirm(client, hash)
  if (!(await client.getCode({ address })))
    throw new ExampleError(`${hash} put no hook at ${address}. Does ${DEPLOYER} hold the deployer?`)
  return address
}

/** One salt in 2^14 fits. */
function findSalt(code: Hex, flags: bigint): { salt: Hex; address: Address } {
  const bytecodeHash = keccak256(code)
  for (let i = 0n; ; i++) {
    const salt = numberToHex(i, { size: 32 })
    const address = getCreate2Address({ from: DEPLOYER, salt, bytecodeHash })
    if ((BigInt(address) & HOOK_BITS) === flags) return { salt, address }
  }
}
