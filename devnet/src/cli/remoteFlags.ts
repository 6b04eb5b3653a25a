import {
  type RemoteEvent,
  type RemoteOptions,
  type RemoteVerify,
  remoteVerifies,
} from '@lockstep/precompile'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { integer } from './flag.js'
import { UsageError } from './output.js'

/** The flags of inference on other machines, both ways, parsed. */
export interface RemoteFlags {
  readonly remoteEndpoint: readonly string[]
  readonly remoteVerify?: RemoteVerify
  readonly remoteSample?: number
  readonly remoteModelName?: string
  readonly remoteDeadline?: number
  readonly serveV2?: boolean
}

const aMinuteMs = 60_000

/** @param does What the command does with a server. */
export function endpointOption(does: string): Option {
  return (
    new Option('--remote-endpoint <url>', `${does}; repeat it, or put commas between`)
      .argParser(collect)
      .default([], 'none')
      // A URL may hold a key, which everybody sees in a list of processes.
      .env('LOCKSTEP_REMOTE_ENDPOINT')
  )
}

export function modelNameOption(): Option {
  return new Option(
    '--remote-model-name <template>',
    'what remotes call a model: {id}, or {hex} for the id without 0x',
  ).env('LOCKSTEP_REMOTE_MODEL_NAME')
}

/** Adds the flags by which other machines run models, and this one runs models for others. */
export function addRemoteOptions(command: Command): Command {
  return command
    .addOption(endpointOption('let this server of the Open Inference Protocol v2 run exact models'))
    .addOption(
      new Option(
        '--remote-verify <how>',
        'what is computed here again: all answers, those on which two remotes of different builds disagree (quorum, default), or a sample',
      )
        .choices(remoteVerifies)
        .env('LOCKSTEP_REMOTE_VERIFY'),
    )
    .addOption(
      new Option('--remote-sample <share>', 'share of answers to compute here again (0.05)')
        .argParser(share)
        .env('LOCKSTEP_REMOTE_SAMPLE'),
    )
    .addOption(modelNameOption())
    .addOption(
      new Option('--remote-deadline <ms>', 'wait for remotes before this machine decides (1000)')
        .argParser(integer(1, aMinuteMs))
        .env('LOCKSTEP_REMOTE_DEADLINE'),
    )
    .addOption(
      new Option(
        '--serve-v2',
        "run the chain's models for others: the Open Inference Protocol v2, below /v2 of the same port",
      ).env('LOCKSTEP_SERVE_V2'),
    )
}

/** What the flags ask for; undefined without an endpoint. @throws UsageError for a flag that needs one */
export function toRemoteOptions(flags: RemoteFlags): RemoteOptions | undefined {
  const { remoteEndpoint, remoteVerify, remoteSample, remoteModelName, remoteDeadline } = flags
  if (remoteEndpoint.length === 0) {
    const idle = remoteVerify ?? remoteSample ?? remoteModelName ?? remoteDeadline
    if (idle === undefined) return undefined
    throw new UsageError('The flags --remote-… need a --remote-endpoint.')
  }
  return {
    endpoints: remoteEndpoint,
    ...(remoteVerify !== undefined && { verify: remoteVerify }),
    ...(remoteSample !== undefined && { sampleShare: remoteSample }),
    ...(remoteModelName !== undefined && { modelName: remoteModelName }),
    ...(remoteDeadline !== undefined && { deadlineMs: remoteDeadline }),
  }
}

const words: Readonly<Record<RemoteEvent['type'], string>> = {
  up: 'is there',
  down: 'is left alone for a while',
  serves: 'runs',
  refused: 'does not run',
  out: 'was taken out',
}

/** A line of the log on what became of a remote. */
export function remoteLog({ endpoint, type, reason }: RemoteEvent): string {
  return `Remote ${endpoint} ${words[type]}: ${reason}`
}

/** A fault in it is told later: what this threw would come with the text, and the text may hold a key. */
function collect(text: string, sofar: readonly string[]): readonly string[] {
  return [...sofar, ...text.split(',').map((url) => url.trim())]
}

function share(text: string): number {
  const value = Number(text)
  if (!/^\d+(\.\d+)?$/.test(text) || value > 1) {
    throw new InvalidArgumentError('It must be a number from 0 to 1.')
  }
  return value
}
