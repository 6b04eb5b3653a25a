import { rename, writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import {
  type CompileOptions,
  type CompileReport,
  compileExact,
  describeModel,
  type ErrorReport,
  elementCount,
  readModel,
  type Sample,
  type SizeReport,
  type Tensor,
  type ValueInfo,
} from '@lockstep/precompile'
import { Command, InvalidArgumentError } from 'commander'
import { generateSamples, readCalibration } from './calibration.js'
import { toElements } from './elements.js'
import { readModelFile } from './modelFile.js'
import { print, printJson, printTable, UsageError } from './output.js'

const example = `
Examples:
  $ npx lockstep compile examples/volatility/model/volatility.onnx -o volatility.exact.onnx --bits 16
  $ npx lockstep compile node_modules/@ricky0123/vad-web/dist/silero_vad_v5.onnx -o silero.exact.onnx --shape input=1x512 --shape state=2x1x128 --fix sr=16000`

interface CompileFlags {
  readonly output: string
  readonly calibration?: string
  readonly bits: 8 | 16
  readonly percentile?: number
  readonly shape: Readonly<Record<string, readonly number[]>>
  readonly fix: Readonly<Record<string, string>>
  readonly layers?: boolean
  readonly json?: boolean
}

/** `lockstep compile`: makes an exact model of a float one. Needs no node. */
export function compileCommand(): Command {
  return new Command('compile')
    .description('turn a float model into an exact one, with the same bits on every CPU and GPU')
    .argument('<model.onnx>', 'the float model')
    .requiredOption('-o, --output <file>', 'where the exact model goes')
    .option('--calibration <file>', 'real inputs as .npz or .json: they decide all ranges')
    .option('--bits <n>', 'bits of activations, 8 or 16', parseBits, 8)
    .option('--percentile <p>', 'share of values that a range must hold', parsePercentile)
    .option('--shape <input=dims>', 'fix a shape, such as input=1x3x48x320', collectShape, {})
    .option('--fix <input=value>', 'make an input a constant', collectFix, {})
    .option('--layers', 'show the error of every layer')
    .option('--json', 'print one JSON object')
    .addHelpText('after', example)
    .action(compile)
}

async function compile(file: string, flags: CompileFlags): Promise<void> {
  const bytes = await readModelFile(file)
  const { inputs } = readModel(bytes)
  const constants = toConstants(inputs, flags.fix)
  const open = inputs
    .filter(({ name }) => !Object.hasOwn(constants, name))
    .map((input) => ({ ...input, shape: flags.shape[input.name] ?? input.shape }))
  const calibration = await samplesFor(open, flags.calibration)
  const compiled = await compileExact(bytes, toOptions(flags, calibration, constants))
  await writeWhole(flags.output, compiled.bytes)
  const description = describeModel(readModel(compiled.bytes))
  const warnings =
    flags.calibration === undefined
      ? [`No calibration data: ranges are those of ${calibration.length} random inputs.`]
      : []
  if (flags.json) {
    const { report } = compiled
    return printJson({ ...description, output: flags.output, warnings, report: plain(report) })
  }
  print(`Model      ${description.id}`)
  print(`Written    ${flags.output}`)
  print(`Class      ${description.class}`)
  printReport(compiled.report, flags.layers ?? false)
  for (const warning of warnings) print(`Warning    ${warning}`)
}

function toOptions(
  { bits, percentile, shape }: CompileFlags,
  calibration: readonly Sample[],
  constants: Readonly<Record<string, Tensor>>,
): CompileOptions {
  return {
    calibration,
    bits,
    shapes: shape,
    constants,
    ...(percentile !== undefined && { percentile }),
  }
}

/** An input whose shape is still open is left to the compiler, whose error says how to fix it. */
async function samplesFor(inputs: readonly ValueInfo[], file?: string): Promise<Sample[]> {
  if (inputs.some(({ shape }) => shape.includes(-1))) return []
  if (file === undefined) return generateSamples(inputs)
  return readCalibration(file, inputs)
}

function toConstants(
  inputs: readonly ValueInfo[],
  fixed: Readonly<Record<string, string>>,
): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(fixed).map(([name, text]) => {
      const input = inputs.find((candidate) => candidate.name === name)
      if (!input) throw new UsageError(`--fix names "${name}", which is no input of the model.`)
      const shape = input.shape.map((dim) => (dim < 0 ? 1 : dim))
      const values = new Array<string>(elementCount(shape)).fill(text)
      const data = toElements(input, values, name)
      return [name, { dtype: input.dtype, shape, data }]
    }),
  )
}

/** Leaves an old file as it was until the new one is complete. */
async function writeWhole(file: string, bytes: Uint8Array): Promise<void> {
  const part = `${file}.${process.pid}.part`
  try {
    await writeFile(part, bytes)
    await rename(part, file)
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)
    throw new UsageError(`${basename(file)} cannot be written (${reason}).`, { cause })
  }
}

function printReport(report: CompileReport, layers: boolean): void {
  const { before, after } = report
  print(`Size       ${before.bytes} → ${after.bytes} bytes`)
  print(`Work       ${workOf(before)} → ${workOf(after)}`)
  print(`Gas        ${before.gas} → ${after.gas} a run, without calldata`)
  print(`Error      over ${report.samples} samples, against the float model`)
  print()
  printErrors('OUTPUT', report.outputs)
  if (!layers) return
  print()
  printErrors('LAYER', report.layers)
}

function workOf({ cost: { macs, elementOps } }: SizeReport): string {
  return `${macs} multiply-accumulates and ${elementOps} operations on elements`
}

function printErrors(title: string, errors: readonly ErrorReport[]): void {
  printTable(
    [title, 'OPERATOR', 'MAX ERROR', 'MEAN ERROR', 'SIGNAL/NOISE', 'WORST SAMPLE'],
    errors.map(({ name, operator, maxAbs, meanAbs, signalToNoiseDb, worstSample }) => [
      name,
      operator,
      maxAbs.toPrecision(3),
      meanAbs.toPrecision(3),
      Number.isFinite(signalToNoiseDb) ? `${signalToNoiseDb.toFixed(1)} dB` : 'no error',
      String(worstSample),
    ]),
  )
}

/** JSON has no infinity: no error at all is null there. */
function plain({ outputs, layers, ...rest }: CompileReport) {
  const finite = (errors: readonly ErrorReport[]) =>
    errors.map(({ signalToNoiseDb, ...error }) => ({
      ...error,
      signalToNoiseDb: Number.isFinite(signalToNoiseDb) ? signalToNoiseDb : null,
    }))
  return { ...rest, outputs: finite(outputs), layers: finite(layers) }
}

function parseBits(text: string): 8 | 16 {
  if (text === '8') return 8
  if (text === '16') return 16
  throw new InvalidArgumentError('It is 8 or 16.')
}

function parsePercentile(text: string): number {
  const percentile = Number(text)
  if (percentile > 50 && percentile <= 100) return percentile
  throw new InvalidArgumentError('It is more than 50 and at most 100.')
}

function collectShape(text: string, sofar: CompileFlags['shape']): CompileFlags['shape'] {
  const [, name = '', dims = ''] = /^(.+)=(\d+(?:[x,]\d+)*)$/.exec(text) ?? []
  if (name === '') throw new InvalidArgumentError('Write input=1x3x48x320.')
  return { ...sofar, [name]: dims.split(/[x,]/).map(Number) }
}

function collectFix(text: string, sofar: CompileFlags['fix']): CompileFlags['fix'] {
  const [, name = '', value = ''] = /^(.+)=([^=]+)$/.exec(text) ?? []
  if (name === '') throw new InvalidArgumentError('Write input=value.')
  return { ...sofar, [name]: value }
}
