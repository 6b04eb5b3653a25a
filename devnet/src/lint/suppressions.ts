import type { Finding } from './finding.js'

const comment = /\/\/\s*lockstep-lint-disable-(next-)?line\b([^\n]*)/

/** The findings that no comment in their file sets aside. The comment is the same in Solidity and TypeScript. */
export function withoutSuppressed(
  findings: readonly Finding[],
  textOf: (file: string) => string,
): Finding[] {
  const suppressed = new Map<string, Map<number, readonly string[]>>()
  return findings.filter(({ file, line, rule }) => {
    let lines = suppressed.get(file)
    if (!lines) {
      lines = suppressedLines(textOf(file))
      suppressed.set(file, lines)
    }
    const rules = lines.get(line)
    return !rules || (rules.length > 0 && !rules.includes(rule))
  })
}

/** The rules that are set aside in each line; none named means all of them. */
function suppressedLines(text: string): Map<number, readonly string[]> {
  const lines = new Map<number, readonly string[]>()
  for (const [index, line] of text.split('\n').entries()) {
    const match = comment.exec(line)
    if (!match) continue
    const [, next, rest = ''] = match
    // What stands behind two dashes is the author's reason.
    const [names = ''] = rest.split('--')
    lines.set(index + (next ? 2 : 1), names.split(/[\s,]+/).filter(Boolean))
  }
  return lines
}
