import { RemoteOptionsError } from './errors.js'

/**
 * Which answers of remotes count without being computed here.
 * - `all`: none. Each is compared with the local engine's, and the local one counts.
 * - `quorum`: those on which two remotes of different builds agree, but for a sampled share.
 * - `sample`: those of one remote, but for a sampled share.
 */
export const remoteVerifies = ['all', 'quorum', 'sample'] as const
export type RemoteVerify = (typeof remoteVerifies)[number]

export interface RemoteOptions {
  /** URLs of servers of the Open Inference Protocol v2, without `/v2`. User and password go into a header. */
  readonly endpoints: readonly string[]
  /** Default `quorum`. */
  readonly verify?: RemoteVerify
  /** Share of the answers of remotes that the local engine computes again, from 0 to 1. Default 0.05. */
  readonly sampleShare?: number
  /** What remotes call a model: `{id}` stands for its id, `{hex}` for the id without 0x. Default `{id}`. */
  readonly modelName?: string
  /** Milliseconds after which the local engine decides. Default 1000. */
  readonly deadlineMs?: number
  /** Milliseconds after which one more remote is asked, where there is one. Default 100. */
  readonly hedgeMs?: number
  /** Milliseconds between looks at whether a remote is there. Default 5000. */
  readonly healthIntervalMs?: number
  /** Inferences under way at one remote; what comes beyond runs here. Default 32. */
  readonly maxInFlight?: number
  /** Told what becomes of the remotes, as one line each. */
  readonly onEvent?: (event: RemoteEvent) => void
}

/** What became of a remote. */
export interface RemoteEvent {
  /** Host and port of the remote. */
  readonly endpoint: string
  /** `up` and `down`: whether it answers. `serves`: from now on a model. `refused`: not a model. `out`: it lied. */
  readonly type: 'up' | 'down' | 'serves' | 'refused' | 'out'
  /** As one clause. */
  readonly reason: string
}

export type RemoteSettings = Required<RemoteOptions>

/** @throws RemoteOptionsError */
export function remoteSettings(options: RemoteOptions): RemoteSettings {
  const settings: RemoteSettings = {
    verify: 'quorum',
    sampleShare: 0.05,
    modelName: '{id}',
    deadlineMs: 1_000,
    hedgeMs: 100,
    healthIntervalMs: 5_000,
    maxInFlight: 32,
    onEvent: () => {},
    ...options,
  }
  const { sampleShare, modelName, verify } = settings
  if (!(sampleShare >= 0 && sampleShare <= 1)) {
    throw new RemoteOptionsError(`The sampled share is ${sampleShare}, it must lie from 0 to 1.`)
  }
  if (!remoteVerifies.includes(verify)) {
    throw new RemoteOptionsError(`Answers of remotes cannot be verified by ${verify}.`, {
      remedy: `Choose one of ${remoteVerifies.join(', ')}.`,
    })
  }
  if (!modelName.includes('{id}') && !modelName.includes('{hex}')) {
    throw new RemoteOptionsError(
      `The name ${JSON.stringify(modelName)} of models on remotes names none.`,
      {
        remedy: 'Write {id} or {hex} where the id of a model belongs.',
      },
    )
  }
  for (const name of ['deadlineMs', 'hedgeMs', 'healthIntervalMs', 'maxInFlight'] as const) {
    const value = settings[name]
    if (!Number.isInteger(value) || value < 1 || value >= 2 ** 31) {
      throw new RemoteOptionsError(`${name} is ${value}, it must be a whole number above 0.`)
    }
  }
  return settings
}
