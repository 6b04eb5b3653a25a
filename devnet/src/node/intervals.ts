import type { MiningMode } from './node.js'

/** Calls `tick` every so often while the mode asks for blocks by the clock. A slow tick delays the next. */
export class IntervalTimer {
  private timer: NodeJS.Timeout | undefined
  private generation = 0

  constructor(private readonly tick: () => Promise<unknown>) {}

  /** Replaces the running interval by that of the mode, or by none. */
  set(mode: MiningMode): void {
    this.stop()
    if (mode.type === 'interval' || mode.type === 'mixed') this.schedule(mode.seconds * 1000)
  }

  stop(): void {
    this.generation++
    clearTimeout(this.timer)
  }

  private schedule(milliseconds: number): void {
    const { generation } = this
    this.timer = setTimeout(async () => {
      await this.tick()
      if (this.generation === generation) this.schedule(milliseconds)
    }, milliseconds)
    this.timer.unref()
  }
}
