import { bytesToHex, hexToBytes } from '@ethereumjs/util'
import { describeModel, NodeFaultError } from '@lockstep/precompile'
import { bytes, type Codec, CodecError, hash, integer, object } from '../codec.js'
import { method, optional, required } from '../method.js'
import { blockId } from '../params.js'
import { isRegisteredAt, modelNames, registeredModels } from './registry.js'
import { type Chunk, defaultUploadLimits } from './uploads.js'

const modelId = required('model id', hash)
const maxOffset = Number.MAX_SAFE_INTEGER
const { chunkBytes } = defaultUploadLimits

const chunkFields = object({
  offset: integer(0, maxOffset),
  size: integer(1, maxOffset),
  data: bytes,
})

const chunk: Codec<Chunk> = (value) => {
  const { offset, size, data } = chunkFields(value)
  if (offset === undefined || size === undefined || data === undefined) {
    throw new CodecError('an object with offset, size and data', value)
  }
  return { offset, size, data: hexToBytes(data) }
}

/** Model files into the node and out of it, and what the chain's registry lists. */
export const lockstepModels = [
  method('lockstep_putModel', [modelId, required('chunk', chunk)], ({ uploads }, id, part, peer) =>
    uploads.put(id, part, peer),
  ),
  method('lockstep_getModel', [modelId], async ({ node }, id) => {
    const model = await node.precompile.model(id)
    if (!model) return null
    return {
      ...describeModel(model, node.precompile.schedule),
      registered: await isRegisteredAt(node, id, 'latest'),
    }
  }),
  method(
    'lockstep_getModelBytes',
    [
      modelId,
      optional('offset', integer(0, maxOffset), 0),
      optional('length', integer(0, chunkBytes), chunkBytes),
    ],
    async ({ node }, id, offset, length) => {
      const model = await node.precompile.model(id)
      return model ? bytesToHex(model.bytes.subarray(offset, offset + length)) : null
    },
  ),
  method('lockstep_models', [optional('block', blockId, 'latest')], async ({ node }, block) => {
    const names = await modelNames(node, block)
    const ids = await registeredModels(node, block)
    return Promise.all(
      ids.map(async (id) => {
        const model = await node.precompile.model(id)
        if (!model) {
          throw new NodeFaultError(`The registered model ${id} is not in this node's store.`, {
            remedy: 'Upload it again with `lockstep deploy`.',
          })
        }
        return { ...describeModel(model, node.precompile.schedule), names: names.get(id) ?? [] }
      }),
    )
  }),
]
