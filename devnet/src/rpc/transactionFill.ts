import { createTx, type TypedTransaction, type TypedTxData } from '@ethereumjs/tx'
import { ExecutionRevertedError } from '../node/errors.js'
import type { Hex, Node } from '../node/node.js'
import { InvalidParamsError } from './errors.js'
import { suggestedFeeCap, suggestedGasPrice } from './feeSuggestion.js'
import { compact, type TransactionRequest } from './params.js'

/** The most gas of one transaction since Osaka (EIP-7825). */
const transactionGasCap = 2n ** 24n

/**
 * Makes an unsigned transaction of a request, with a nonce, gas limit and fees of the node's choice where it has none.
 * @throws InvalidParamsError for fields that contradict each other or this chain.
 */
export async function fillTransaction(
  node: Node,
  request: TransactionRequest & { from: Hex },
): Promise<TypedTransaction> {
  const { from, to, value = 0n, data = '0x', accessList, authorizationList } = request
  if (request.chainId !== undefined && request.chainId !== BigInt(node.chainId)) {
    throw new InvalidParamsError(
      `invalid chain id for signer: the transaction is for ${request.chainId}, this chain is ${node.chainId}`,
    )
  }
  const type = typeOf(request)
  return build(node, {
    type,
    chainId: node.chainId,
    nonce: request.nonce ?? (await node.pendingNonce(from)),
    gasLimit: request.gas ?? (await estimateOrMost(node, request)),
    value,
    data,
    ...(to && { to }),
    ...(accessList && type > 0 && { accessList: [...accessList] }),
    ...(authorizationList && { authorizationList: [...authorizationList] }),
    ...(type === 3 && blobFieldsOf(node, request)),
    ...feesOf(node, type, request),
  })
}

function typeOf(request: TransactionRequest): number {
  if (request.type !== undefined) return request.type
  if (request.authorizationList) return 4
  if (request.blobVersionedHashes) return 3
  if (request.gasPrice === undefined) return 2
  return request.accessList ? 1 : 0
}

/** A fee that stays enough while that of blobs rises for some blocks, as geth has it. */
function blobFieldsOf(node: Node, { blobVersionedHashes, maxFeePerBlobGas }: TransactionRequest) {
  return {
    blobVersionedHashes: [...(blobVersionedHashes ?? [])],
    maxFeePerBlobGas: maxFeePerBlobGas ?? 2n * node.nextBlobBaseFee(),
  }
}

function feesOf(node: Node, type: number, request: TransactionRequest) {
  if (type < 2) {
    return { gasPrice: request.gasPrice ?? request.maxFeePerGas ?? suggestedGasPrice(node) }
  }
  const price = request.gasPrice
  const given = compact({
    maxFeePerGas: price ?? request.maxFeePerGas,
    maxPriorityFeePerGas: price ?? request.maxPriorityFeePerGas,
  })
  const tip = given.maxPriorityFeePerGas ?? node.suggestedTip
  const maxFeePerGas = given.maxFeePerGas ?? suggestedFeeCap(node) - node.suggestedTip + tip
  // A cap that was given below the usual tip says what the sender will pay in all.
  const isTipAboveCap = given.maxPriorityFeePerGas === undefined && tip > maxFeePerGas
  return { maxFeePerGas, maxPriorityFeePerGas: isTipAboveCap ? maxFeePerGas : tip }
}

/** A transaction that will revert is sent all the same, with all the gas that it may have, as Anvil does. */
async function estimateOrMost(node: Node, request: TransactionRequest): Promise<bigint> {
  try {
    return await node.estimateGas(request, 'pending')
  } catch (error) {
    if (!(error instanceof ExecutionRevertedError)) throw error
    const isCapped = node.common.isActivatedEIP(7825) && node.gasLimit > transactionGasCap
    return isCapped ? transactionGasCap : node.gasLimit
  }
}

function build(node: Node, data: TypedTxData): TypedTransaction {
  try {
    return createTx(data, { common: node.common })
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new InvalidParamsError(`no valid transaction: ${reason}`, { cause: error })
  }
}
