import type { Hex } from '../node/node.js'
import type { Context } from './context.js'
import { InvalidParamsError } from './errors.js'
import type { TransactionRequest } from './params.js'

/** Who a request is from: without a sender, the node's first account. @throws InvalidParamsError */
export function senderOf({ accounts }: Context, { from }: TransactionRequest): Hex {
  const sender = from ?? accounts.addresses[0]
  if (sender === undefined) throw new InvalidParamsError('No Signer available')
  return sender
}
