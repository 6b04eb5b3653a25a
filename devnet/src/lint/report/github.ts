import type { LintOutcome } from '../lint.js'

/** Commands by which a GitHub job annotates the lines of a pull request. */
export function github({ findings }: LintOutcome): string {
  return findings
    .map(({ file, line, column, rule, message, remedy }) => {
      const place = `file=${property(file)},line=${line},col=${column}`
      return `::error ${place},title=${property(rule)}::${data(`${message}\n${remedy}`)}`
    })
    .join('\n')
}

/** https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts says what is escaped. */
function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
