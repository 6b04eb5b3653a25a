import type { LintRule } from '@lockstep/sdk/codegen'

/** Something in a project that lets inference be stale, inexact or different from one run to the next. */
export interface Finding {
  readonly rule: LintRule
  /** From the project's folder, with slashes. */
  readonly file: string
  /** From 1. */
  readonly line: number
  /** From 1, in UTF-16 units, as editors count. */
  readonly column: number
  readonly message: string
  readonly remedy: string
}

/** In order of place, each once. */
export function inOrder(findings: readonly Finding[]): Finding[] {
  const distinct = new Map(findings.map((finding) => [keyOf(finding), finding]))
  return [...distinct.values()].sort(
    (a, b) => compare(a.file, b.file) || a.line - b.line || a.column - b.column,
  )
}

function keyOf({ rule, file, line, column }: Finding): string {
  return JSON.stringify([rule, file, line, column])
}

/** By code units: the order of a report does not follow the machine's language. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
