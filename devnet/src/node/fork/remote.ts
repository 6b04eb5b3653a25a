import { setTimeout } from 'node:timers/promises'
import { HttpRequestError, http } from 'viem'
import { RemoteRefusedError, RemoteUnreachableError } from './errors.js'
import { Throttle } from './throttle.js'

export interface RemoteOptions {
  /** Of a node that speaks Ethereum JSON-RPC over HTTP. */
  readonly url: string
  /** Sent with every request, to prove who asks. */
  readonly headers?: Readonly<Record<string, string>>
  /** Of one request. Default 45,000. */
  readonly timeoutMs?: number
  /** Further tries of a request that failed. Default 5. */
  readonly retries?: number
  /** Before the first further try; it doubles with each. Default 1,000. */
  readonly retryBackoffMs?: number
  /** Once the remote has said that requests come too fast. Default 330; infinite for no limit. */
  readonly computeUnitsPerSecond?: number
}

/** What a node answers in raw form. */
interface RawResponse {
  readonly result?: unknown
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown }
}

const DEFAULT_RETRIES = 5
const DEFAULT_BACKOFF_MS = 1_000
const DEFAULT_TIMEOUT_MS = 45_000
const DEFAULT_UNITS_PER_SECOND = 330
const TOO_MANY_REQUESTS = 429
/** Codes by which nodes say within JSON-RPC that requests come too fast. */
const tooFast: ReadonlySet<number> = new Set([-32_005, TOO_MANY_REQUESTS])

/** The node of a forked chain. Its URL may hold a key, so no message shows more than the host. */
export class Remote {
  url: string
  /** Host and port of the URL. */
  host: string
  private send: (method: string, params: readonly unknown[]) => Promise<RawResponse>
  private readonly throttle: Throttle

  constructor(private readonly options: RemoteOptions) {
    this.url = options.url
    this.host = new URL(options.url).host
    this.send = this.transportTo(options.url)
    this.throttle = new Throttle(options.computeUnitsPerSecond ?? DEFAULT_UNITS_PER_SECOND)
  }

  /** Asks another node of the same chain from now on. */
  moveTo(url: string): void {
    this.url = url
    this.host = new URL(url).host
    this.send = this.transportTo(url)
  }

  private transportTo(
    url: string,
  ): (method: string, params: readonly unknown[]) => Promise<RawResponse> {
    const { options } = this
    const { request } = http(url, {
      raw: true,
      retryCount: options.retries ?? DEFAULT_RETRIES,
      retryDelay: options.retryBackoffMs ?? DEFAULT_BACKOFF_MS,
      timeout: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
      fetchOptions: { headers: { ...options.headers } },
      onFetchResponse: ({ status }) => {
        if (status === TOO_MANY_REQUESTS) this.throttle.start()
      },
    })({})
    return (method, params) =>
      request({ method, params } as never) as unknown as Promise<RawResponse>
  }

  /**
   * @throws RemoteUnreachableError when it gave no answer, tries included.
   * @throws RemoteRefusedError when it answered with an error.
   */
  async request(method: string, params: readonly unknown[]): Promise<unknown> {
    const { retries = DEFAULT_RETRIES, retryBackoffMs = DEFAULT_BACKOFF_MS } = this.options
    for (let attempt = 0; ; attempt++) {
      await this.throttle.turn()
      const { error, result } = await this.sendOnce(method, params)
      if (!error) return result
      if (!tooFast.has(error.code) || attempt >= retries) {
        throw new RemoteRefusedError(this.host, method, error.code, error.message, error.data)
      }
      this.throttle.start()
      await setTimeout(retryBackoffMs * 2 ** attempt)
    }
  }

  private async sendOnce(method: string, params: readonly unknown[]): Promise<RawResponse> {
    try {
      return await this.send(method, params)
    } catch (cause) {
      throw new RemoteUnreachableError(this.host, method, this.reasonOf(cause), cause)
    }
  }

  private reasonOf(cause: unknown): string {
    const { details, name } = cause as { details?: string; name?: string }
    const status = cause instanceof HttpRequestError && cause.status ? `HTTP ${cause.status}, ` : ''
    const text = (details ?? name ?? String(cause)).replaceAll(this.url, this.host)
    return `${status}${text.slice(0, 200)}`
  }
}
