import type { ModelId } from '../../model/model.js'
import type { Endpoint, EndpointCounts, Standing } from './endpoint.js'
import type { RemoteVerify } from './options.js'

/** How often exact models were answered how. */
export interface RemoteRuns {
  /** By remotes that agreed. */
  agreed: number
  /** By one remote. */
  single: number
  /** By the local engine, beside which a remote was compared with it. */
  watched: number
  /** By the local engine, since no remote served the model. */
  unserved: number
  /** By the local engine, since remotes gave too few answers in time. */
  late: number
  /** By the local engine, since remotes contradicted each other or it. */
  contradicted: number
  /** Answers of remotes that the local engine computed again. */
  sampled: number
}

/** One remote, in plain JSON. */
export interface EndpointReport {
  readonly endpoint: string
  /** `out`: it gave a wrong answer, and is asked nothing any more. */
  readonly state: Endpoint['state']
  readonly reason: string
  readonly build: string | null
  /** Whether tensors travel as bytes. */
  readonly binary: boolean
  readonly counts: Readonly<EndpointCounts>
  readonly models: readonly {
    readonly model: ModelId
    readonly standing: Standing['type']
    readonly reason: string
  }[]
}

/** What became of the remotes, in plain JSON. */
export interface RemoteReport {
  readonly verify: RemoteVerify
  readonly sampleShare: number
  readonly runs: Readonly<RemoteRuns>
  readonly endpoints: readonly EndpointReport[]
}

export function reportEndpoint(endpoint: Endpoint): EndpointReport {
  const { label, state, reason, build, buildText, counts, standings } = endpoint
  return {
    endpoint: label,
    state,
    reason,
    build: buildText ?? null,
    binary: build?.binary ?? false,
    counts: { ...counts },
    models: [...standings].map(([model, { type, reason }]) => ({ model, standing: type, reason })),
  }
}
