import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AllowedOrigin } from './cors.js'

/** What answers requests below a path of its own, on the port of the JSON-RPC. */
export interface HttpService {
  /** Whether a request is one of this service. */
  takes(request: IncomingMessage): boolean
  /** Answers it. Never throws. */
  serve(request: IncomingMessage, response: ServerResponse, limits: ServiceLimits): Promise<void>
}

export interface ServiceLimits {
  readonly maxBodyBytes: number
  readonly transferTimeoutMs: number
  readonly allowOrigin: AllowedOrigin
}
