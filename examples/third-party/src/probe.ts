import type { DemoClient } from '@lockstep/example-volatility/client'
import { compile } from '@lockstep/example-volatility/compile'
import { confirm, deployArtifact } from '@lockstep/example-volatility/transaction'
import type { Tensor } from '@lockstep/sdk'
import { type Address, bytesToHex, type Hex, hexToBytes, parseAbi, parseEventLogs } from 'viem'

/** One run of a model in a mined transaction. */
export interface Run {
  readonly hash: Hex
  readonly gasUsed: bigint
  /** keccak256 of each output's bytes, from the log of the mined transaction. */
  readonly outputHashes: readonly Hex[]
  /** The outputs, from a call of the same just before. */
  readonly outputs: readonly Tensor[]
}

const FLOAT32 = 1
const INT64 = 7

export const probeAbi = parseAbi([
  'struct Tensor { uint8 dtype; uint32[] shape; bytes data; }',
  'event Answered(bytes32 indexed model, bytes32[] outputHashes)',
  'error ModelNotFound(bytes32 model)',
  'error ShapeMismatch(uint256 input, uint32[] want, uint32[] got)',
  'error DtypeMismatch(uint256 input, uint8 want, uint8 got)',
  'error NonFiniteOutput(uint256 output, uint256 index)',
  'function run(bytes32 model, Tensor[] inputs) returns (Tensor[] outputs)',
])

/** Deploys the contract that runs models. */
export function deployProbe(client: DemoClient): Promise<Address> {
  const { InferenceProbe } = compile(new URL('../contracts/', import.meta.url), ['InferenceProbe'])
  return deployArtifact(client, InferenceProbe)
}

/** Sends the transaction that runs a model, and waits until it is mined. */
export async function runModel(
  client: DemoClient,
  probe: Address,
  model: Hex,
  inputs: readonly Tensor[],
): Promise<Run> {
  const args = inputs.map(({ dtype, shape, data }) => ({ dtype, shape, data: bytesToHex(data) }))
  const { request, result } = await client.simulateContract({
    address: probe,
    abi: probeAbi,
    functionName: 'run',
    args: [model, args],
  })
  const hash = await client.writeContract(request)
  const { gasUsed, logs } = await confirm(client, hash)
  const [event] = parseEventLogs({ abi: probeAbi, eventName: 'Answered', logs, strict: true })
  const outputs = result.map((output) => ({ ...output, data: hexToBytes(output.data) }))
  return { hash, gasUsed, outputHashes: event?.args.outputHashes ?? [], outputs }
}

/** @param values row-major */
export function float32Tensor(shape: readonly number[], values: Float32Array): Tensor {
  const data = new Uint8Array(4 * values.length)
  const view = new DataView(data.buffer)
  for (const [i, value] of values.entries()) view.setFloat32(4 * i, value, true)
  return { dtype: FLOAT32, shape, data }
}

/** A single integer. */
export function int64Scalar(value: bigint): Tensor {
  const data = new Uint8Array(8)
  new DataView(data.buffer).setBigInt64(0, value, true)
  return { dtype: INT64, shape: [], data }
}

/** Reads a float32 tensor back. */
export function toFloat32Array({ data }: Tensor): Float32Array {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  return Float32Array.from({ length: data.length / 4 }, (_, i) => view.getFloat32(4 * i, true))
}
