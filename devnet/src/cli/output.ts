import { BaseError, ModelError, NodeFaultError, RemoteOptionsError } from '@lockstep/precompile'
import {
  InferenceRevertError,
  OutOfGasError,
  NodeFaultError as RemoteFaultError,
  BaseError as SdkError,
} from '@lockstep/sdk'
import { CommanderError } from 'commander'
import pc from 'picocolors'
import { LintInputError } from '../lint/errors.js'

/** Exit codes of every command; scripts may rely on them. */
export const ExitCode = {
  ok: 0,
  /** Something failed that no other code names. */
  failure: 1,
  /** The command line or the JSON given to it is wrong, or a project cannot be read. */
  usage: 2,
  /** The validator refuses the model. */
  refused: 3,
  /** No node answers at the RPC URL, or it answers with a fault of its own. */
  unreachable: 4,
  /** The chain answered with a revert, or the call ran out of gas. */
  reverted: 5,
  /** A replay gave something else than was recorded. */
  diverged: 6,
} as const
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode]

/** A wrong flag, argument or JSON value. */
export class UsageError extends BaseError {
  override readonly name = 'UsageError'
}

/** Prints one stable JSON object; bigints travel as decimal strings. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, jsonReplacer, 2)}\n`)
}

function jsonReplacer(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value
}

/** Prints a line for a person. */
export function print(line = ''): void {
  process.stdout.write(`${line}\n`)
}

/** Prints progress to stderr, in place on a terminal; stdout stays for the result. */
export function progress(label: string, done: number, total: number): void {
  if (!process.stderr.isTTY) return
  const percent = total === 0 ? 100 : Math.floor((100 * done) / total)
  process.stderr.write(`\r${label} ${percent}%${done >= total ? '\n' : ''}`)
}

/** Prints a table with aligned columns. */
export function printTable(header: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)),
  )
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()
  print(pc.bold(line(header)))
  for (const row of rows) print(line(row))
}

/** Turns an error into an exit code and prints it, as JSON when the command was asked for JSON. */
export function reportError(error: unknown, json: boolean): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.ok : ExitCode.usage
  const code = exitCodeOf(error)
  const message = error instanceof Error ? messageOf(error) : String(error)
  if (json) {
    printJson({
      error: {
        name: error instanceof Error ? error.name : 'Error',
        message,
        exitCode: code,
        ...detailsOf(error),
      },
    })
  } else {
    process.stderr.write(`${pc.red('error:')} ${message}\n`)
  }
  return code
}

/** What the command line, or what it names, has wrong. */
const usageErrors = [UsageError, LintInputError, RemoteOptionsError]

function exitCodeOf(error: unknown): ExitCode {
  if (usageErrors.some((kind) => error instanceof kind)) return ExitCode.usage
  if (error instanceof ModelError) return ExitCode.refused
  if (error instanceof NodeFaultError || error instanceof RemoteFaultError)
    return ExitCode.unreachable
  if (error instanceof InferenceRevertError || error instanceof OutOfGasError)
    return ExitCode.reverted
  return ExitCode.failure
}

function messageOf(error: Error): string {
  return error instanceof BaseError || error instanceof SdkError
    ? error.message
    : `${error.name}: ${error.message}`
}

function detailsOf(error: unknown): Record<string, unknown> {
  if (!(error instanceof ModelError)) return {}
  return { code: error.code, node: error.node ?? null, operator: error.operator ?? null }
}
