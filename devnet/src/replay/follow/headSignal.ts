import { NodeFaultError } from '@lockstep/precompile'
import WebSocket from 'ws'

/** The node that is followed cannot be asked any more. */
export class FollowLostError extends NodeFaultError {
  override readonly name = 'FollowLostError'

  constructor(url: string, reason: string) {
    super(`The node at ${new URL(url).origin} tells of no blocks: ${reason}.`, {
      remedy: 'Is it running, and does it serve WebSocket on the port of HTTP?',
    })
  }
}

/** Tells when a node has a new head. */
export class HeadSignal {
  private wake: () => void = () => {}
  private fail: (error: Error) => void = () => {}
  private lost: Error | undefined

  private constructor(
    private readonly url: string,
    private readonly socket: WebSocket,
    signal: AbortSignal | undefined,
  ) {
    socket.on('message', () => this.wake())
    socket.on('close', () => this.lose('it closed the connection'))
    socket.on('error', (error) => this.lose(error.message))
    signal?.addEventListener('abort', () => this.wake(), { once: true })
  }

  /**
   * Subscribes to the heads of a node.
   * @param url of its HTTP; WebSocket is on the same port.
   * @throws FollowLostError
   */
  static async open(url: string, signal?: AbortSignal): Promise<HeadSignal> {
    const socket = new WebSocket(url.replace(/^http/, 'ws'))
    const heads = new HeadSignal(url, socket, signal)
    await new Promise<void>((resolve, reject) => {
      heads.wake = resolve
      heads.fail = reject
      socket.once('open', () => {
        socket.send('{"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":["newHeads"]}')
      })
    })
    return heads
  }

  /** Resolves at the next sign of a new head, or when the signal ends it all. @throws FollowLostError */
  next(): Promise<void> {
    if (this.lost) return Promise.reject(this.lost)
    const next = new Promise<void>((resolve, reject) => {
      this.wake = resolve
      this.fail = reject
    })
    // It may fail before anybody waits for it, who then is told.
    next.catch(() => {})
    return next
  }

  close(): void {
    this.wake = () => {}
    this.fail = () => {}
    this.socket.terminate()
  }

  private lose(reason: string): void {
    this.lost = new FollowLostError(this.url, reason)
    this.fail(this.lost)
  }
}
