import { BaseError } from '../errors.js'

/** The call has less gas than the work that it asks for. */
export class OutOfGasError extends BaseError {
  override readonly name = 'OutOfGasError'

  constructor(needed: bigint, limit: bigint) {
    super(`The call needs ${needed} gas and has ${limit}.`)
  }
}

/** What one call has been charged. */
export class GasMeter {
  readonly limit: bigint
  #used = 0n

  constructor(limit: bigint) {
    this.limit = limit
  }

  get used(): bigint {
    return this.#used
  }

  /**
   * Charges up to a total, before the work that it pays for. Never lowers what was charged.
   * @throws OutOfGasError when the total is over the limit
   */
  raiseTo(total: bigint): void {
    if (total > this.limit) throw new OutOfGasError(total, this.limit)
    if (total > this.#used) this.#used = total
  }
}
