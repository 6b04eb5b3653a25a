import { bytesToHex } from '@ethereumjs/util'
import type { Hex, Node } from '../../node/node.js'
import { requireKnown } from '../blockLookup.js'
import { bytes, type Codec, CodecError, hash } from '../codec.js'
import { method, optional, required } from '../method.js'
import { blockId } from '../params.js'

/** The key under which other clients keep code in their database: the letter c, then the hash. */
const codeKey: Codec<Hex> = (value) => {
  const key = bytes(value)
  if (key.length !== 2 + 2 * 33 || !key.startsWith('0x63')) {
    throw new CodecError('0x63 and the 32-byte hash of a code: nothing else is kept by key', value)
  }
  return `0x${key.slice(4)}`
}

/** Code by its hash, whoever has it. */
export const debugCode = [
  method(
    'debug_codeByHash',
    [required('hash', hash), optional('block', blockId, 'latest')],
    async ({ node }, wanted, id) => {
      await requireKnown(node, id)
      return codeOf(node, wanted)
    },
  ),
  method('debug_dbGet', [required('database key', codeKey)], ({ node }, wanted) =>
    codeOf(node, wanted),
  ),
]

/** Empty where no account has had such code. */
async function codeOf(node: Node, wanted: Hex): Promise<Hex> {
  return bytesToHex(await node.codeByHash(wanted))
}
