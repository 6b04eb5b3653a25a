import {
  bigIntToBytes,
  bytesToBigInt,
  CLRequest,
  CLRequestType,
  concatBytes,
  createAddressFromString,
  equalsBytes,
  hexToBytes,
  KECCAK256_RLP,
  SYSTEM_ADDRESS,
  setLengthLeft,
} from '@ethereumjs/util'
import { BaseError } from '@lockstep/precompile'
import { depositContractOf } from './common.js'
import type { Hex, Log } from './node.js'
import {
  beaconRoots,
  blockHashes,
  consolidationRequests,
  type SystemContract,
  withdrawalRequests,
} from './systemContracts.js'
import type { View } from './view.js'

type Request = CLRequest<CLRequestType>

const systemCallGasLimit = 30_000_000n
/** Both ring buffers, of beacon roots and of block hashes, hold this many entries. */
const ringLength = 8191n

/** What EIP-4788 and EIP-2935 write before the first transaction of a block. */
export async function writeAncestry(
  view: View,
  header: {
    number: bigint
    timestamp: bigint
    parentHash: Uint8Array
    parentBeaconBlockRoot: Uint8Array
  },
): Promise<void> {
  if (view.common.isActivatedEIP(beaconRoots.eip)) {
    const slot = header.timestamp % ringLength
    await write(view, beaconRoots.address, slot, bigIntToBytes(header.timestamp))
    await write(view, beaconRoots.address, slot + ringLength, header.parentBeaconBlockRoot)
  }
  if (view.common.isActivatedEIP(blockHashes.eip)) {
    await write(view, blockHashes.address, (header.number - 1n) % ringLength, header.parentHash)
  }
}

async function write(view: View, contract: Hex, slot: bigint, value: Uint8Array): Promise<void> {
  const address = createAddressFromString(contract)
  if ((await view.state.getCodeSize(address)) === 0) return
  await view.state.putStorage(address, setLengthLeft(bigIntToBytes(slot), 32), value)
}

/** Requests to the consensus layer that a block makes (EIP-7685), in order of their type. */
export async function collectRequests(view: View, logs: readonly Log[]): Promise<Request[]> {
  // What the block wrote shows in the accounts' storage roots from here on.
  await view.state.flush()
  const requests: Request[] = []
  if (view.common.isActivatedEIP(6110)) {
    requests.push(
      new CLRequest(CLRequestType.Deposit, readDeposits(logs, depositContractOf(view.common))),
    )
  }
  if (view.common.isActivatedEIP(withdrawalRequests.eip)) {
    requests.push(await dequeue(view, withdrawalRequests, CLRequestType.Withdrawal))
  }
  if (view.common.isActivatedEIP(consolidationRequests.eip)) {
    requests.push(await dequeue(view, consolidationRequests, CLRequestType.Consolidation))
  }
  return requests
}

/** Calls a request contract as the system does at the end of a block; the caller leaves no trace. */
async function dequeue(
  view: View,
  contract: SystemContract,
  type: CLRequestType,
): Promise<Request> {
  const to = createAddressFromString(contract.address)
  if (await isIdle(view, contract)) return new CLRequest(type, new Uint8Array())
  const caller = createAddressFromString(SYSTEM_ADDRESS)
  const before = await view.state.getAccount(caller)
  const { execResult } = await view.evm.runCall({ caller, to, gasLimit: systemCallGasLimit })
  if (before) await view.state.putAccount(caller, before)
  else await view.state.deleteAccount(caller)
  await view.evm.journal.cleanup()
  return new CLRequest(type, execResult.returnValue)
}

/** Slots in which a request contract counts: the excess, the requests of this block, and the queue's ends. */
const countSlots = [0n, 1n, 2n, 3n]

/**
 * Whether calling a request contract would change and give nothing: it is not there, or it is the EIP's own and
 * all its counts are zero. Most blocks are spared the call.
 */
async function isIdle(view: View, contract: SystemContract): Promise<boolean> {
  const address = createAddressFromString(contract.address)
  const account = await view.state.getAccount(address)
  if (!account) return true
  if (!equalsBytes(account.codeHash, contract.codeHash)) return false
  if (equalsBytes(account.storageRoot, KECCAK256_RLP)) return true
  for (const slot of countSlots) {
    const count = await view.state.getStorage(address, setLengthLeft(bigIntToBytes(slot), 32))
    if (count.some((byte) => byte !== 0)) return false
  }
  return true
}

/** keccak256 of `DepositEvent(bytes,bytes,bytes,bytes,bytes)`. */
const depositTopic: Hex = '0x649bbc62d0e31342afea4e5cd82d4049e7e1ee912fc0889aa790803be39038c5'
/** Bytes of a deposit event's data. */
const depositLogLength = 576
/** Where the public key, withdrawal credentials, amount, signature and index stand in it, and their lengths. */
const depositFields = [
  [160, 48],
  [256, 32],
  [320, 8],
  [384, 96],
  [512, 8],
] as const

/** Thrown for an event of the deposit contract that EIP-6110 cannot read: it would make the block invalid. */
export class DepositLogError extends BaseError {
  override readonly name = 'DepositLogError'

  constructor(contract: Hex) {
    super(`The deposit contract ${contract} emitted a deposit that EIP-6110 cannot read.`, {
      remedy: 'Only the code of the deposit contract may emit events at its address.',
    })
  }
}

/**
 * The bytes of the deposits among these logs, one after another.
 * @param contract whose events they are.
 * @throws DepositLogError
 */
export function readDeposits(logs: readonly Log[], contract: Hex): Uint8Array {
  const deposits = logs
    .filter(({ address, topics }) => address === contract && topics[0] === depositTopic)
    .map((log) => readDeposit(hexToBytes(log.data), contract))
  return concatBytes(...deposits)
}

function readDeposit(data: Uint8Array, contract: Hex): Uint8Array {
  if (data.length !== depositLogLength) throw new DepositLogError(contract)
  const word = (position: number) => bytesToBigInt(data.subarray(position, position + 32))
  const fields = depositFields.map(([position, length], index) => {
    const misplaced = word(32 * index) !== BigInt(position) || word(position) !== BigInt(length)
    if (misplaced) throw new DepositLogError(contract)
    return data.subarray(position + 32, position + 32 + length)
  })
  return concatBytes(...fields)
}
