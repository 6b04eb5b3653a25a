/** Takes messages that answer no request. */
export interface Channel {
  push(text: string): void
}

/** The connection that stays open behind a request. */
export interface Subscriber {
  readonly channel: Channel
  /** Runs a task once the request under way has been answered. */
  afterAnswer(task: () => void): void
}

/** Who asks, as far as the transport can tell. */
export interface Peer {
  /**
   * Whether the request comes from this machine's user: addressed to a loopback name, and not from the script of
   * a web page that some other host served. Guards against DNS rebinding and cross-site requests.
   */
  readonly local: boolean
  /** Absent where the transport carries answers alone, as HTTP does. */
  readonly subscriber?: Subscriber
}

/** The program that holds the node in its own process. */
export const inProcess: Peer = { local: true }

/** @param headers `Host` and `Origin` of an HTTP request. */
export function peerOf(headers: { host?: string | undefined; origin?: string | undefined }): Peer {
  const { host, origin } = headers
  if (host === undefined || !isLoopback(`http://${host}`)) return { local: false }
  return { local: origin === undefined || isLoopback(origin) }
}

/** Whether a URL names this machine by its loopback address. */
export function isLoopback(url: string): boolean {
  if (!URL.canParse(url)) return false
  const { hostname } = new URL(url)
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname)
}
