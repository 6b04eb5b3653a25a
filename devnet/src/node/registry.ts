import type { StateManagerInterface } from '@ethereumjs/common'
import { createAddressFromString, hexToBytes } from '@ethereumjs/util'
import type { ModelId } from '@lockstep/precompile'
import { encodeAbiParameters, keccak256 } from 'viem'
import type { Hex } from './node.js'

/** Where contracts call models. */
export const inferenceAddress: Hex = '0x00000000000000000000000000000000000000a1'

/** Where the chain keeps the list of models that may be called, and their names. */
export const registryAddress: Hex = '0x00000000000000000000000000000000000000a2'

const registry = createAddressFromString(registryAddress)

/** Position of `mapping(bytes32 => bool) isRegistered` in the registry's storage layout. */
const registeredSlot = 0n

/** Position of `mapping(address => mapping(bytes32 => bytes32)) _names` in the registry's storage layout. */
const namesSlot = 1n

/** Storage slot of the registry that holds the model to which an account's name points. */
export function nameSlot(owner: Hex, name: Hex): Hex {
  const names = keccak256(
    encodeAbiParameters([{ type: 'address' }, { type: 'uint256' }], [owner, namesSlot]),
  )
  return keccak256(encodeAbiParameters([{ type: 'bytes32' }, { type: 'bytes32' }], [name, names]))
}

/** Storage slot of the registry that is 1 when the model is registered. */
export function registrationSlot(id: ModelId): Hex {
  return keccak256(
    encodeAbiParameters([{ type: 'bytes32' }, { type: 'uint256' }], [id, registeredSlot]),
  )
}

/** Whether the registry in this state lists the model. */
export async function isRegistered(state: StateManagerInterface, id: ModelId): Promise<boolean> {
  const value = await state.getStorage(registry, hexToBytes(registrationSlot(id)))
  return value.some((byte) => byte !== 0)
}
