import { readModel } from '../model/read.js'
import type { EngineCandidate, EngineName } from './candidate.js'
import { type Engine, EngineUnavailableError, type RunOptions, type RuntimeId } from './engine.js'
import { checkKnownAnswers, type KnownAnswerResult } from './knownAnswers/check.js'
import { writeKnownNetwork } from './knownAnswers/network.js'

/** What a trial found of one engine on this machine. */
export interface EngineReport {
  readonly name: EngineName
  /** Whether it may run exact models here. */
  readonly works: boolean
  /** Why not, as one clause. */
  readonly reason?: string
  /** Absent where the engine could not be made. */
  readonly runtimeId?: RuntimeId
  /** The name of the device that it runs on, where that is not the CPU. */
  readonly device?: string
  readonly knownAnswers?: KnownAnswerResult
  /** Median of a run of a small convolutional network, the way to the engine and back included. */
  readonly medianMs?: number
}

export interface Trial {
  readonly report: EngineReport
  /** Set when the engine works; whoever asked for the trial closes it. */
  readonly engine?: Engine
}

const WARM_UPS = 5
const ROUNDS = 25
/** A trial of a broken engine must end. An emulated GPU takes half a minute for the convolutions of one model. */
const TIME_LIMIT_MS = 180_000

/** Makes an engine, checks it against the known answers and measures it. Never rejects. */
export async function tryEngine(
  { name, create }: EngineCandidate,
  signal?: AbortSignal,
): Promise<Trial> {
  let engine: Engine | undefined
  try {
    engine = await create()
    const knownAnswers = await checkKnownAnswers(engine, runOptions(signal))
    const found = { name, ...describeEngine(engine), knownAnswers }
    if (!knownAnswers.passed) {
      await engine.close()
      return { report: { ...found, works: false, reason: describeWrong(knownAnswers) } }
    }
    const medianMs = await measureEngine(engine, signal)
    return { engine, report: { ...found, works: true, medianMs } }
  } catch (error) {
    await engine?.close()
    const found = engine ? describeEngine(engine) : {}
    return { report: { name, ...found, works: false, reason: reasonOf(error) } }
  }
}

function describeEngine({ runtimeId, device }: Engine): Pick<EngineReport, 'runtimeId' | 'device'> {
  return { runtimeId, ...(device !== undefined && { device }) }
}

/** Median milliseconds of a run of the known network, one at a time. */
export async function measureEngine(engine: Engine, signal?: AbortSignal): Promise<number> {
  const { bytes, inputs } = writeKnownNetwork()
  const model = readModel(bytes)
  const times: number[] = []
  for (let round = -WARM_UPS; round < ROUNDS; round++) {
    const started = performance.now()
    await engine.run(model, inputs, runOptions(signal))
    if (round >= 0) times.push(performance.now() - started)
  }
  times.sort((a, b) => a - b)
  return times[ROUNDS >> 1] as number
}

function runOptions(signal: AbortSignal | undefined): RunOptions {
  return { timeLimitMs: TIME_LIMIT_MS, ...(signal && { signal }) }
}

function describeWrong({ wrong }: KnownAnswerResult): string {
  const [first] = wrong
  if (!first) return 'it gave wrong answers'
  const { operator, operands, element, want, got } = first
  return `it is wrong on this machine: ${operator} of ${operands} gives ${got} as element ${element}, not ${want}`
}

function reasonOf(error: unknown): string {
  if (error instanceof EngineUnavailableError) return error.reason
  return error instanceof Error ? (error.message.split('\n', 1)[0] as string) : String(error)
}
