import { availableParallelism, cpus } from 'node:os'
import {
  type EndpointReport,
  type EngineName,
  type EngineReport,
  engineCandidate,
  engineNames,
  type KnownAnswerResult,
  tryEngine,
} from '@lockstep/precompile'
import { Command } from 'commander'
import { type ExamineRemotesFlags, examineRemotes } from './examineRemotes.js'
import { ExitCode, print, printJson, printTable } from './output.js'
import { endpointOption, modelNameOption } from './remoteFlags.js'

const example = `
Example:
  $ npx lockstep doctor
  $ npx lockstep doctor --remote-endpoint http://127.0.0.1:8000 --models examples/volatility/model

Exit codes:
  0 the canonical engine, wasm, works · 1 it does not`

/** `lockstep doctor`: which engines this machine has, whether they are right, and how fast they are. Needs no node. */
export function doctorCommand(): Command {
  return new Command('doctor')
    .description('try every engine on this machine: version, known answers, speed')
    .addOption(endpointOption('look at this server of the Open Inference Protocol v2, too'))
    .addOption(modelNameOption())
    .option('--models <dir>', 'hold the servers to the known answers of the models in this folder')
    .option('--json', 'print one JSON object')
    .addHelpText('after', example)
    .action(async (options: ExamineRemotesFlags & { json?: boolean }) => {
      const remotes = await examineRemotes(options)
      const examination = { ...(await examine()), remotes }
      if (options.json) printJson(examination)
      else printExamination(examination)
      const canonical = examination.engines.find(({ engine }) => engine === 'wasm')
      if (!canonical?.works) process.exitCode = ExitCode.failure
    })
}

interface Examination {
  readonly node: string
  readonly platform: string
  readonly cpu: string
  readonly cores: number
  readonly engines: readonly ExaminedEngine[]
  /** What `--engine auto` takes for exact models. */
  readonly auto: EngineName
  readonly remotes: readonly EndpointReport[]
}

interface ExaminedEngine {
  readonly engine: EngineName
  readonly works: boolean
  readonly reason: string | null
  /** Package and version, such as `onnxruntime-web 1.30.0`. */
  readonly version: string | null
  /** What it runs on, where that is not the CPU. */
  readonly device: string | null
  readonly knownAnswers: KnownAnswerResult | null
  /** Of one run of a small convolutional network. */
  readonly medianMs: number | null
  /** How many times as fast as wasm. */
  readonly timesWasm: number | null
}

/** One engine after the other, so that none is measured beside another. */
async function examine(): Promise<Omit<Examination, 'remotes'>> {
  const reports: EngineReport[] = []
  for (const name of engineNames) {
    const { report, engine } = await tryEngine(
      engineCandidate(name, { threads: 1, allowSoftwareGpu: true }),
    )
    reports.push(report)
    await engine?.close()
  }
  const wasmMs = reports.find(({ name }) => name === 'wasm')?.medianMs
  const fastest = reports
    .filter(({ name, works }) => works && name !== 'reference')
    .sort((a, b) => (a.medianMs ?? 0) - (b.medianMs ?? 0))[0]
  return {
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    engines: reports.map((report) => describe(report, wasmMs)),
    auto: fastest?.name ?? 'wasm',
  }
}

function describe(report: EngineReport, wasmMs: number | undefined): ExaminedEngine {
  const { name, works, reason, runtimeId, device, knownAnswers, medianMs } = report
  return {
    engine: name,
    works,
    reason: reason ?? null,
    version: runtimeId ? `${runtimeId.engine} ${runtimeId.version}` : null,
    device: device ?? null,
    knownAnswers: knownAnswers ?? null,
    medianMs: medianMs ?? null,
    timesWasm: wasmMs !== undefined && medianMs !== undefined ? wasmMs / medianMs : null,
  }
}

function printExamination(examination: Examination): void {
  const { node, platform, cpu, cores, engines, auto, remotes } = examination
  print(`Node ${node}, ${platform}, ${cpu}, ${cores} cores`)
  print()
  printTable(
    ['Engine', 'Version', 'Known answers', 'Median', 'Speed'],
    engines.map(({ engine, version, knownAnswers, medianMs, timesWasm }) => [
      engine,
      version ?? '',
      knownAnswers ? answersLine(knownAnswers) : '',
      medianMs === null ? '' : `${medianMs.toFixed(2)} ms`,
      timesWasm === null ? '' : `${timesWasm.toFixed(2)}× wasm`,
    ]),
  )
  print()
  for (const { engine, device, reason, knownAnswers } of engines) {
    if (device) print(`${engine} runs on ${device}.`)
    if (reason) print(`${engine} is not used: ${reason}.`)
    for (const { operator, reason } of knownAnswers?.missing ?? []) {
      print(`${engine} leaves ${operator} to wasm: ${reason}.`)
    }
  }
  print(`Exact models run on ${auto} here, pinned ones on wasm.`)
  if (remotes.length > 0) printRemotes(remotes)
}

function printRemotes(remotes: readonly EndpointReport[]): void {
  print()
  printTable(
    ['Remote', 'State', 'Build', 'Tensors'],
    remotes.map(({ endpoint, state, build, binary }) => [
      endpoint,
      state,
      build ?? '',
      build === null ? '' : binary ? 'binary' : 'JSON',
    ]),
  )
  print()
  for (const { endpoint, state, reason, models } of remotes) {
    if (state !== 'up') print(`${endpoint} is not used: ${reason}.`)
    for (const { model, reason } of models) print(`${endpoint}, model ${model}: ${reason}.`)
  }
}

function answersLine({ cases, wrong }: KnownAnswerResult): string {
  return wrong.length === 0 ? `${cases} right` : `wrong: ${wrong.map((one) => one.operator)}`
}
