import type { ModelClass } from './model.js'

/**
 * Decides where a model may run. A pure function of the model's bytes.
 * Every admitted model is `pinned`: no operator is known yet to give the same bits on every engine.
 */
export function classify(): ModelClass {
  return 'pinned'
}
