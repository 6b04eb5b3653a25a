import { ModelError, type ModelErrorSite } from '../../model/errors.js'

/** A node of a float graph has no exact counterpart, or none that can be proved not to overflow. */
export class LoweringError extends ModelError {
  override readonly name = 'LoweringError'
  readonly code = 'lowering'
  readonly reason: string

  constructor(reason: string, site: ModelErrorSite, remedy: string, cause?: unknown) {
    const where = site.node === undefined ? '' : ` at ${site.operator} "${site.node}"`
    super(`The graph can't be made exact${where}: ${reason}.`, {
      ...site,
      remedy,
      ...(cause === undefined ? {} : { cause }),
    })
    this.reason = reason
  }
}

/** An input has a dimension that no option fixes: an exact graph has static shapes. */
export class OpenDimensionError extends ModelError {
  override readonly name = 'OpenDimensionError'
  readonly code = 'unbounded_shape'
  readonly input: string

  constructor(input: string, shape: readonly number[]) {
    const shown = shape.map((dim) => (dim < 0 ? '?' : dim)).join(',')
    super(`The input "${input}" of the shape [${shown}] has an open dimension.`, {
      remedy: `Fix it, for example with \`--shape ${input}=${shape.map((dim) => Math.max(1, dim)).join('x')}\`.`,
    })
    this.input = input
  }
}

/** A shape or value given for an input does not fit the model. */
export class InvalidFixtureError extends ModelError {
  override readonly name = 'InvalidFixtureError'
  readonly code = 'shape_mismatch'

  constructor(reason: string) {
    super(`What is fixed does not fit the model: ${reason}.`, {
      remedy: 'Compare names, shapes and types with `lockstep inspect`.',
    })
  }
}

/** The calibration data is not what the model takes. */
export class CalibrationError extends ModelError {
  override readonly name = 'CalibrationError'
  readonly code = 'calibration'

  constructor(reason: string, remedy: string) {
    super(`The calibration data can't be used: ${reason}.`, { remedy })
  }
}

/** The integer graph can't be written so: an overflow, or a form that engines compute differently. */
export class EmitError extends Error {
  override readonly name = 'EmitError'
}
