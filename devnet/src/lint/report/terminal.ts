import pc from 'picocolors'
import type { LintOutcome } from '../lint.js'

/** For people: places first, since terminals make links of them. */
export function terminal({ findings, files, unseen }: LintOutcome): string {
  const lines = findings.flatMap(({ file, line, column, rule, message, remedy }) => [
    `${file}:${line}:${column} ${pc.bold(rule)}`,
    `  ${message}`,
    `  ${pc.dim(remedy)}`,
  ])
  if (unseen.length > 0) {
    lines.push(`Not compiled, and so not looked at: ${unseen.join(', ')}`)
  }
  lines.push(
    `${findings.length} ${findings.length === 1 ? 'finding' : 'findings'} in ${files} ${files === 1 ? 'file' : 'files'}.`,
  )
  return lines.join('\n')
}
