import { setTimeout } from 'node:timers/promises'

/** Compute units that a request costs on average where they are counted. */
const UNITS_PER_REQUEST = 17

/** Spaces requests evenly, once the other side has said that they come too fast. */
export class Throttle {
  private next = 0
  private active = false
  private readonly gapMs: number

  /** @param unitsPerSecond infinite for no limit. */
  constructor(unitsPerSecond: number) {
    this.gapMs = (1000 * UNITS_PER_REQUEST) / unitsPerSecond
  }

  /** Requests are spaced from here on. */
  start(): void {
    this.active = true
  }

  /** Resolves when the next request may be sent. */
  async turn(): Promise<void> {
    if (!this.active || this.gapMs === 0) return
    const now = performance.now()
    const at = Math.max(now, this.next)
    this.next = at + this.gapMs
    if (at > now) await setTimeout(at - now)
  }
}
