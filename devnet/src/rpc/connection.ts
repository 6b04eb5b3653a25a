import { answerText } from './answer.js'
import type { Handlers } from './handlers.js'
import type { Channel, Peer } from './peer.js'

/** The transport under a connection that stays open. */
export interface Wire {
  write(text: string): void
  /** Bytes that the client has not taken yet. */
  readonly buffered: number
  /** Takes no more from the client until `resume`. */
  pause(): void
  resume(): void
  /** Drops the client without a word. */
  destroy(): void
}

/** Requests of one client that are answered at a time. */
const maxInFlight = 256

/** A client that stays: its requests are answered as they are done, and it hears of what it subscribed to. */
export class Connection implements Channel {
  private inFlight = 0
  private isOpen = true
  private readonly idleListeners: (() => void)[] = []

  constructor(
    private readonly wire: Wire,
    private readonly handlers: Handlers,
    private readonly peer: Pick<Peer, 'local'>,
    /** What may wait for a client to take it before more is said. */
    private readonly maxBacklogBytes: number,
  ) {}

  /** Answers the text of one request or batch. */
  async receive(text: string): Promise<void> {
    this.inFlight++
    if (this.inFlight === maxInFlight) this.wire.pause()
    const afterwards: (() => void)[] = []
    const afterAnswer = (task: () => void) => void afterwards.push(task)
    const peer: Peer = { ...this.peer, subscriber: { channel: this, afterAnswer } }
    const answer = await answerText(text, peer, this.handlers)
    if (answer !== undefined) this.push(answer)
    for (const task of afterwards) task()
    // What it subscribed to as it went would be told to nobody.
    if (!this.isOpen) this.handlers.forget(this)
    if (this.inFlight === maxInFlight) this.wire.resume()
    this.inFlight--
    if (this.inFlight === 0) for (const listener of this.idleListeners.splice(0)) listener()
  }

  push(text: string): void {
    if (!this.isOpen) return
    if (this.wire.buffered > this.maxBacklogBytes) this.wire.destroy()
    else this.wire.write(text)
  }

  /** Resolves when no request is under way. */
  idle(): Promise<void> {
    if (this.inFlight === 0) return Promise.resolve()
    return new Promise((resolve) => this.idleListeners.push(resolve))
  }

  /** Forgets the client, which has gone. */
  closed(): void {
    this.isOpen = false
    this.handlers.forget(this)
  }
}
