import type { Frame, FrameLog } from '../../../node/trace/frame.js'
import { isCreation } from '../../../node/trace/openFrame.js'
import { reasonText } from '../../revert.js'
import { gethError } from './failure.js'
import { type DecodedInference, decodeInference, type LabelledTrace } from './inference.js'

/** What a frame holds, in order of execution. */
type Entry = { readonly log: FrameLog } | { readonly call: Frame }

/**
 * The calls of an execution as a tree for people to read, in the way of Foundry, inferences decoded.
 * @example
 * [29364] 0x5fbd…0aa3::store(…)
 *   ├─ [3100] Inference::infer(owner/volatility-v1, [1000000000000000000]) [staticcall]
 *   │   └─ ← [Return] [3000000000000000000]
 *   └─ ← [Stop]
 */
export function formatCallTree({ frame, models }: LabelledTrace): string {
  const lines: string[] = []
  addFrame(lines, frame, { first: '  ', rest: '    ' }, models)
  return ['Traces:', ...lines].join('\n')
}

/** What stands before the lines of a frame. */
interface Margin {
  readonly first: string
  readonly rest: string
}

function addFrame(
  lines: string[],
  frame: Frame,
  margin: Margin,
  models: LabelledTrace['models'],
): void {
  const inference = decodeInference(frame, models)
  lines.push(`${margin.first}[${frame.gasUsed}] ${titleOf(frame, inference)}`)
  for (const entry of entriesOf(frame)) {
    if ('log' in entry) {
      lines.push(...logLines(entry.log).map((line) => `${margin.rest}${line}`))
      continue
    }
    const inner = { first: `${margin.rest}├─ `, rest: `${margin.rest}│   ` }
    if (entry.call.type === 'SELFDESTRUCT') {
      lines.push(`${inner.first}selfdestruct → ${entry.call.to} {value: ${entry.call.value}}`)
    } else {
      addFrame(lines, entry.call, inner, models)
    }
  }
  lines.push(`${margin.rest}└─ ← ${endOf(frame, inference)}`)
}

function entriesOf(frame: Frame): Entry[] {
  const entries: Entry[] = []
  let told = 0
  for (const [index, call] of frame.calls.entries()) {
    for (; (frame.logs[told]?.position ?? Number.POSITIVE_INFINITY) <= index; told++) {
      entries.push({ log: frame.logs[told] as FrameLog })
    }
    entries.push({ call })
  }
  return [...entries, ...frame.logs.slice(told).map((log) => ({ log }))]
}

function titleOf(frame: Frame, inference: DecodedInference | undefined): string {
  const { type, to, input, value } = frame
  const sent = value > 0n && type !== 'DELEGATECALL' ? `{value: ${value}}` : ''
  if (isCreation(type)) return `→ new <unknown>@${to ?? 'nowhere'}${sent}`
  const kind = type === 'CALL' ? '' : ` [${type.toLowerCase()}]`
  if (inference) {
    const model = inference.name ?? inference.model
    return `Inference::${inference.method}${sent}(${model}, ${text(inference.inputs)})${kind}`
  }
  const selector = input.length >= 10 ? input.slice(2, 10) : 'fallback'
  const data = input.length >= 10 ? input.slice(10) : input.slice(2)
  return `${to}::${selector}${sent}(${short(data)})${kind}`
}

function logLines({ topics, data }: FrameLog): string[] {
  const named = topics.map(
    (topic, index) => `${index === 0 ? 'topic 0' : `     topic ${index}`}: ${topic}`,
  )
  const [first = 'data', ...rest] = [
    ...named,
    `   ${topics.length > 0 ? '     ' : ''}data: ${data}`,
  ]
  return [`├─ emit ${first.trimStart()}`, ...rest.map((line) => `│    ${line}`)]
}

/** How the frame ended, and with what. */
function endOf(frame: Frame, inference: DecodedInference | undefined): string {
  const { error, output, type } = frame
  if (error === 'revert') {
    const reason = inference ? text(inference.error) : (reasonText(output) ?? short(output))
    return `[Revert] ${reason}`
  }
  if (error !== undefined) return `[${gethError(frame)}]`
  if (isCreation(type)) return `[Return] ${(output.length - 2) / 2} bytes of code`
  if (inference) return `[Return] ${text(inference.outputs)}`
  return output === '0x' ? '[Stop]' : `[Return] ${short(output)}`
}

/** A decoded value on one line. */
function text(value: unknown): string {
  return JSON.stringify(value)?.replaceAll('"', '') ?? ''
}

/** Calldata and return data can be as large as a block. */
function short(data: string): string {
  const most = 512
  return data.length <= most ? data : `${data.slice(0, most)}… (${data.length / 2} bytes)`
}
