/** A place where clients reach the node. */
export interface Endpoint {
  /** Lets requests under way finish for a moment, then drops every client. */
  close(): Promise<void>
}

/** Bounds on what a client may cost. */
export interface ClientLimits {
  /** Bytes of one request or message. */
  readonly maxBodyBytes: number
  /** Bytes that may wait for a client to take them before it is told more; past that it is dropped. */
  readonly maxBacklogBytes: number
}

/** How long requests under way may go on when an endpoint closes. */
export const closeGraceMs = 2_000
