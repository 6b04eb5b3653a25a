import { decodeRequest } from './abi/decode.js'
import { InferenceRevert } from './abi/revert.js'
import { answerAdmit } from './call/admit.js'
import { answerDescribe } from './call/answerDescribe.js'
import type { Call } from './call/call.js'
import { GasMeter, OutOfGasError } from './call/gasMeter.js'
import { answerInference } from './call/infer.js'
import { Models } from './call/models.js'
import { basePrice } from './call/price.js'
import { answerQuote } from './call/quote.js'
import { answerTensors } from './call/runTensors.js'
import { SharedRuns } from './call/sharedRuns.js'
import { createRemoteEngine } from './engines/remote/engine.js'
import { createWasmEngine } from './engines/wasm.js'
import { NodeFaultError } from './errors.js'
import { defaultSchedule } from './gas/schedule.js'
import { readModel } from './model/read.js'
import type {
  CallContext,
  CallResult,
  InferencePrecompile,
  InferencePrecompileOptions,
} from './precompile.js'

const MEBI = 1024 * 1024
const DEFAULT_MEMO_BYTES = 64 * MEBI
const MODEL_CACHE_BYTES = 512 * MEBI
const NO_CALLDATA = new Uint8Array()

/**
 * Makes the inference precompile: calldata and gas in, return data and gas out. It knows no chain. Gas is a function
 * of the calldata and the model alone, never of time, of the machine or of what is remembered.
 * @param options.store - Where the bytes of models are.
 * @example
 * const store = createMemoryStore()
 * const model = await store.put(await readFile('volatility.onnx'))
 * const precompile = createInferencePrecompile({ store })
 * const calldata = encodeFunctionData({ abi: inferenceAbi, functionName: 'infer', args: [model, x] })
 * const { success, returnData, gasUsed } = await precompile.call(hexToBytes(calldata), 1_000_000n)
 * await precompile.close()
 */
export function createInferencePrecompile(
  options: InferencePrecompileOptions,
): InferencePrecompile {
  const { store, memoBytes = DEFAULT_MEMO_BYTES, schedule = defaultSchedule } = options
  const local = options.engine ?? createWasmEngine()
  const remote = options.remote && createRemoteEngine({ ...options.remote, local })
  const engine = remote ?? local
  const models = new Models(store, readModel, MODEL_CACHE_BYTES)
  const runs = new SharedRuns(engine, memoBytes)
  /** Charges a call for what it brings, and has it answered. */
  const serve = async (
    calldata: Uint8Array,
    gasLimit: bigint,
    { signal, isRegistered = (id) => store.has(id) }: CallContext,
    give: (call: Call) => Promise<CallResult>,
  ): Promise<CallResult> => {
    const meter = new GasMeter(gasLimit)
    signal?.throwIfAborted()
    try {
      meter.raiseTo(basePrice(schedule) + schedule.words(calldata.length, 0))
      return await give({ calldata, meter, schedule, models, runs, isRegistered, signal })
    } catch (error) {
      signal?.throwIfAborted()
      return refused(error, meter)
    }
  }
  return {
    engine,
    schedule,
    ...(remote && { remote }),
    call: (calldata, gasLimit, context = {}) => serve(calldata, gasLimit, context, answer),
    run: (id, inputs, gasLimit, context = {}) =>
      serve(NO_CALLDATA, gasLimit, context, (call) => answerTensors(call, id, inputs)),
    model: (id) => models.find(id),
    close: () => engine.close(),
  }
}

async function answer(call: Call): Promise<CallResult> {
  const request = decodeRequest(call.calldata)
  switch (request.method) {
    case 'infer':
    case 'inferTensors':
      return answerInference(call, request)
    case 'quote':
      return given(call, await answerQuote(call, request.model, request.shapes))
    case 'describe':
      return given(call, await answerDescribe(call, request.model))
    case 'admit':
      return given(call, await answerAdmit(call, request.model))
  }
}

function given({ meter }: Call, returnData: Uint8Array): CallResult {
  return { success: true, outOfGas: false, returnData, gasUsed: meter.used }
}

/** The caller's faults become reverts; whatever else was thrown goes on as a fault of this node. */
function refused(error: unknown, meter: GasMeter): CallResult {
  if (error instanceof InferenceRevert) {
    return { success: false, outOfGas: false, returnData: error.data, gasUsed: meter.used }
  }
  if (error instanceof OutOfGasError) {
    return { success: false, outOfGas: true, returnData: new Uint8Array(), gasUsed: meter.limit }
  }
  if (error instanceof NodeFaultError) throw error
  const reason = error instanceof Error ? error.message : String(error)
  throw new NodeFaultError(`The call could not be answered: ${reason}`, { cause: error })
}
