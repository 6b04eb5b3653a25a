import { bytesToHex } from '@ethereumjs/util'
import { hash } from '../codec.js'
import { method, required } from '../method.js'

/** Blobs of mined transactions, whole. */
export const blobs = [
  method('anvil_getBlobByHash', [required('versioned hash', hash)], ({ node }, wanted) => {
    const blob = node.blob(wanted)
    return blob && bytesToHex(blob)
  }),
  method('anvil_getBlobsByTransactionHash', [required('hash', hash)], ({ node }, wanted) =>
    node.blobs(wanted)?.blobs.map((blob) => bytesToHex(blob)),
  ),
]
