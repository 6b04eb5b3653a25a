import type { TypedDataDefinition } from 'viem'
import type { Hex } from '../../node/node.js'
import { address, bytes, type Codec, CodecError } from '../codec.js'
import type { Context } from '../context.js'
import { InvalidParamsError } from '../errors.js'
import { method, required } from '../method.js'

const account = required('address', address)

/** EIP-712 data as an object, or as the JSON text that wallets send. */
const typedData: Codec<TypedDataDefinition> = (value) => {
  const data = typeof value === 'string' ? parseJson(value) : value
  if (typeof data !== 'object' || data === null || !('types' in data) || !('primaryType' in data)) {
    throw new CodecError('EIP-712 typed data: types, primaryType, domain, message', value)
  }
  return data as TypedDataDefinition
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) throw new CodecError('typed data in JSON', text)
    throw error
  }
}

/** Signatures by the node's accounts. */
export const signing = [
  method('eth_sign', [account, required('message', bytes)], (context, signer, message) =>
    signMessage(context, signer, message),
  ),
  method('personal_sign', [required('message', bytes), account], (context, message, signer) =>
    signMessage(context, signer, message),
  ),
  method(
    ['eth_signTypedData_v4', 'eth_signTypedData_v3', 'eth_signTypedData'],
    [account, required('typed data', typedData)],
    async ({ accounts }, signer, data) => {
      const { account: key } = accounts.get(signer)
      try {
        return await key.signTypedData(data)
      } catch (error) {
        // Whatever the encoder stumbles over came in with the data.
        const reason = error instanceof Error ? error.message : String(error)
        throw new InvalidParamsError(`typed data cannot be encoded: ${reason}`, { cause: error })
      }
    },
  ),
]

function signMessage({ accounts }: Context, signer: Hex, raw: Hex): Promise<Hex> {
  return accounts.get(signer).account.signMessage({ message: { raw } })
}
