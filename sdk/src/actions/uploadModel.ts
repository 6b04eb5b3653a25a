import { bytesToHex, type Client, type Hex, keccak256, RpcRequestError } from 'viem'
import { BaseError } from '../errors/base.js'
import { findCause, ModelRefusedError } from '../errors/revert.js'
import { requestLockstep } from '../rpc.js'

/** Bytes of the model in one request; the node takes at most 4 MiB. */
const chunkBytes = 2 ** 20

/** An empty file. */
export class EmptyModelError extends BaseError {
  override readonly name = 'EmptyModelError'

  constructor() {
    super('The model is empty.', { remedy: 'Pass the bytes of an ONNX file.' })
  }
}

/** The most bytes that a node takes as a model. */
const maxModelBytes = 2 ** 28

/** A file that no node takes. */
export class ModelTooLargeError extends BaseError {
  override readonly name = 'ModelTooLargeError'

  constructor(readonly bytes: number) {
    super(`The model has ${bytes} bytes; nodes take at most ${maxModelBytes}.`, {
      remedy: 'Use a smaller model, or quantise its weights.',
    })
  }
}

/**
 * Gives a node the bytes of a model, in chunks. Nothing is stored that the validator refuses.
 * @param parameters.bytes The ONNX file.
 * @param parameters.onProgress Told of the bytes sent so far.
 * @returns the model's id, keccak256 of its bytes.
 * @throws EmptyModelError, ModelTooLargeError, ModelRefusedError
 */
export async function uploadModel(
  client: Client,
  parameters: uploadModel.Parameters,
): Promise<uploadModel.ReturnType> {
  const { bytes, onProgress } = parameters
  if (bytes.length === 0) throw new EmptyModelError()
  if (bytes.length > maxModelBytes) throw new ModelTooLargeError(bytes.length)
  const id = keccak256(bytes)
  const held = await requestLockstep(client, 'lockstep_getModel', [id])
  for (let offset = 0; held === null && offset < bytes.length; offset += chunkBytes) {
    const chunk = bytes.subarray(offset, offset + chunkBytes)
    const part = { offset, size: bytes.length, data: bytesToHex(chunk) }
    await requestLockstep(client, 'lockstep_putModel', [id, part]).catch((error) => {
      throw toRefusal(id, error)
    })
    onProgress?.({ sent: offset + chunk.length, total: bytes.length })
  }
  return id
}

/** The validator's verdict carries a code; other errors stay what they are. */
function toRefusal(id: Hex, error: unknown): unknown {
  const rpc = findCause(error, (cause) => cause instanceof RpcRequestError)
  if (!(rpc instanceof RpcRequestError)) return error
  const { code } = (rpc.data ?? {}) as { code?: unknown }
  return typeof code === 'string' ? new ModelRefusedError(id, error, rpc.details) : error
}

export declare namespace uploadModel {
  type Parameters = {
    readonly bytes: Uint8Array
    readonly onProgress?: ((progress: { sent: number; total: number }) => void) | undefined
  }
  type ReturnType = Hex
}
