import { readEncodings } from '../exact/encoding.js'
import { NotExactError } from '../exact/errors.js'
import { proveExact } from '../exact/prove.js'
import type { Model } from './model.js'
import type { OpenedModel } from './read.js'

/**
 * Decides where a model may run. A pure function of the model's bytes: `exact` where the graph is proved to give the
 * same bits on every engine, `pinned` otherwise.
 * @throws NotExactError when the file's metadata claims what cannot be proved.
 */
export function classify({
  proto,
  built,
  inputs,
  outputs,
  weights,
}: OpenedModel): Pick<Model, 'class' | 'encodings' | 'inexact'> {
  const encodings = readEncodings(proto, inputs, outputs)
  try {
    proveExact(built, weights, encodings)
    return { class: 'exact', ...(encodings && { encodings }) }
  } catch (error) {
    if (!(error instanceof NotExactError) || encodings) throw error
    const { reason, node, operator } = error
    return {
      class: 'pinned',
      inexact: { reason, ...(node !== undefined && { node }), ...(operator && { operator }) },
    }
  }
}
