import { bytesToHex } from '@ethereumjs/util'
import type { InferenceTensors, Tensor } from '@lockstep/precompile'

/** What a model was given and gave, as JSON; `outputs` is null where the run ended without a result. */
export function formatTensors({ inputs, outputs }: InferenceTensors) {
  return { inputs: inputs.map(formatTensor), outputs: outputs?.map(formatTensor) ?? null }
}

function formatTensor({ dtype, shape, data }: Tensor) {
  return { dtype, shape, data: bytesToHex(data) }
}
