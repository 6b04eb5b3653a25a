import type { Common } from '@ethereumjs/common'
import { createTx, TransactionType, type TypedTransaction, type TypedTxData } from '@ethereumjs/tx'
import { bytesToHex, createAddressFromString } from '@ethereumjs/util'
import { keccak256 } from 'viem'
import type { CallRequest, Hex } from '../node.js'
import { withSender } from '../transaction.js'
import { SimulationError } from './errors.js'

/** The transaction that a simulated block holds for a call. Nobody signed it. */
export function simulatedTransaction(
  request: CallRequest,
  settled: { readonly from: Hex; readonly nonce: bigint; readonly gasLimit: bigint },
  common: Common,
): TypedTransaction {
  const { nonce, gasLimit, from } = settled
  const fields = {
    nonce,
    gasLimit,
    chainId: common.chainId(),
    value: request.value ?? 0n,
    data: request.data ?? ('0x' as Hex),
    ...(request.to && { to: request.to }),
  }
  try {
    const tx = createTx({ ...fields, ...kindOf(request) } as TypedTxData, { common })
    return withSender(tx, createAddressFromString(from))
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new SimulationError('invalid', `no transaction can have these fields: ${reason}`, {
      cause,
    })
  }
}

/** The hash of the transaction as it stands in the block, without a signature. */
export function unsignedHash(tx: TypedTransaction): Hex {
  return keccak256(bytesToHex(tx.serialize()))
}

function kindOf(request: CallRequest): object {
  const accessList = request.accessList ?? []
  const { gasPrice, authorizationList, blobVersionedHashes } = request
  if (gasPrice !== undefined) {
    if (accessList.length === 0) return { type: TransactionType.Legacy, gasPrice }
    return { type: TransactionType.AccessListEIP2930, gasPrice, accessList }
  }
  const { maxFeePerGas = 0n, maxPriorityFeePerGas = 0n } = request
  const fees = { maxFeePerGas, maxPriorityFeePerGas, accessList }
  if (authorizationList) {
    return { type: TransactionType.EOACodeEIP7702, ...fees, authorizationList }
  }
  if (!blobVersionedHashes) return { type: TransactionType.FeeMarketEIP1559, ...fees }
  const { maxFeePerBlobGas = 0n } = request
  return { type: TransactionType.BlobEIP4844, ...fees, blobVersionedHashes, maxFeePerBlobGas }
}
