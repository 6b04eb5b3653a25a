import { asArray, asObject, asString, type Body, joinBody, splitBody } from './body.js'
import { ProtocolError } from './errors.js'
import { joinTensors, type NamedTensor, readTensors, writeTensor } from './tensors.js'

/** An output that a request asks for. */
export interface RequestedOutput {
  readonly name: string
  /** As bytes behind the JSON. */
  readonly binary: boolean
}

export interface InferRequest {
  readonly id?: string
  readonly inputs: readonly NamedTensor[]
  /** Absent: all outputs of the model. */
  readonly outputs?: readonly RequestedOutput[]
  /** How outputs travel that are not asked for one by one. */
  readonly binaryOutputs: boolean
}

const MAX_ID_LENGTH = 1024

/** @param asBinary - Whether tensors travel as bytes, both ways. */
export function encodeInferRequest(inputs: readonly NamedTensor[], asBinary: boolean): Body {
  const { json, chunks } = joinTensors(inputs.map((input) => writeTensor(input, asBinary)))
  const parameters = asBinary ? '"parameters":{"binary_data_output":true},' : ''
  return joinBody(`{${parameters}"inputs":${json}}`, chunks)
}

/** @throws ProtocolError */
export function decodeInferRequest(body: Body): InferRequest {
  const { json, binary } = splitBody(body)
  const { id, parameters, inputs, outputs } = json
  const binaryOutputs = readFlag(parameters, 'binary_data_output', 'The request') ?? false
  return {
    ...(id !== undefined && { id: readId(id) }),
    inputs: readTensors(inputs, binary, 'inputs'),
    ...(outputs !== undefined && { outputs: readOutputs(outputs, binaryOutputs) }),
    binaryOutputs,
  }
}

function readId(value: unknown): string {
  const id = asString(value, '"id"')
  if (id.length > MAX_ID_LENGTH) throw new ProtocolError(`"id" is longer than ${MAX_ID_LENGTH}.`)
  return id
}

function readOutputs(value: unknown, binaryOutputs: boolean): RequestedOutput[] {
  return asArray(value, '"outputs"').map((entry, i) => {
    const what = `outputs[${i}]`
    const { name, parameters } = asObject(entry, what)
    const binary = readFlag(parameters, 'binary_data', what) ?? binaryOutputs
    refuseOthers(parameters, what)
    return { name: asString(name, `The name of ${what}`), binary }
  })
}

function readFlag(parameters: unknown, name: string, what: string): boolean | undefined {
  if (parameters === undefined) return undefined
  const flag = asObject(parameters, `The parameters of ${what}`)[name]
  if (flag === undefined || typeof flag === 'boolean') return flag
  throw new ProtocolError(`${name} of ${what} must be true or false.`)
}

/** A parameter of an output asks for another answer (a classification, shared memory): it may not be passed over. */
function refuseOthers(parameters: unknown, what: string): void {
  const other = Object.keys(parameters ?? {}).find((name) => name !== 'binary_data')
  if (other === undefined) return
  throw new ProtocolError(
    `The parameter ${JSON.stringify(other.slice(0, 40))} of ${what} is not served here.`,
  )
}
