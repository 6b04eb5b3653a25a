import { isBlob4844Tx, type TypedTransaction } from '@ethereumjs/tx'
import { recoverSender } from '../../node/admission.js'
import type { CallRequest } from '../../node/node.js'
import { InvalidParamsError } from '../errors.js'
import { formatPooledTransaction } from '../format/transaction.js'
import { transactionRequest } from '../params.js'

/**
 * What a signed transaction asks for, as a call: its place in the sender's sequence decides nothing.
 * @throws InvalidParamsError for blobs, which calls cannot carry, PoolError for a signature that nobody made.
 */
export function toCallRequest(tx: TypedTransaction): CallRequest {
  if (isBlob4844Tx(tx)) {
    throw new InvalidParamsError(
      'A blob transaction cannot be traced before it is mined: send it, and trace it by its hash.',
    )
  }
  const from = recoverSender(tx).toString()
  const { gasPrice, ...fields } = formatPooledTransaction({ tx, hash: '0x', from })
  return transactionRequest('maxFeePerGas' in fields ? fields : { ...fields, gasPrice })
}
