import { ModelError, type ModelErrorSite } from '../model/errors.js'

/** A graph is not proved to give the same bits on every engine. */
export class NotExactError extends ModelError {
  override readonly name = 'NotExactError'
  readonly code = 'not_exact'
  readonly reason: string

  constructor(reason: string, site: ModelErrorSite = {}, remedy?: string) {
    const where = site.node === undefined ? '' : ` at ${site.operator} "${site.node}"`
    super(`The model is not exact${where}: ${reason}.`, {
      ...site,
      remedy: remedy ?? 'Make an exact model of the float one with `lockstep compile`.',
    })
    this.reason = reason
  }
}

/** The metadata that says how reals become the model's integers is no such thing. */
export class InvalidEncodingError extends ModelError {
  override readonly name = 'InvalidEncodingError'
  readonly code = 'encoding'

  constructor(reason: string) {
    super(`The model's metadata "lockstep.encoding" is not valid: ${reason}.`, {
      remedy: 'Compile the model again with `lockstep compile`, and do not edit its metadata.',
    })
  }
}
