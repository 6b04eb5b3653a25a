import { dtypeName } from '../tensor.js'
import { guide } from './compile/guide.js'
import { exactOperators } from './operators/index.js'
import type { ExactOperator } from './operators/operator.js'

/** The table of docs/exact.md, in Markdown: what exact operators compute and what is refused. */
export function operatorTable(): string {
  const rows = Object.entries(exactOperators).map(([name, operator]) => rowOf(name, operator))
  return markdownTable(['operator', 'element types', 'meaning', 'refused'], rows)
}

/** The table of float operators in docs/exact.md: what each becomes when a model is compiled. */
export function guideTable(): string {
  const rows = guide.map(({ operators, becomes }) => [
    operators.map((name) => `\`${name}\``).join(', '),
    escaped(becomes),
  ])
  return markdownTable(['float operators', 'become'], rows)
}

/** A table as the formatter of this repository writes it: all cells of a column equally wide. */
function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lengthOf = (row: readonly string[], column: number) => [...(row[column] ?? '')].length
  const widths = head.map((_, i) => Math.max(...[head, ...rows].map((row) => lengthOf(row, i))))
  const toLine = (row: readonly string[]) => {
    const cells = widths.map((width, i) => (row[i] ?? '') + ' '.repeat(width - lengthOf(row, i)))
    return `| ${cells.join(' | ')} |`
  }
  const rule = widths.map((width) => '-'.repeat(width))
  return [head, rule, ...rows].map(toLine).join('\n')
}

function rowOf(name: string, { dtypes, meaning, rounding, refused }: ExactOperator): string[] {
  const types = dtypes.map(dtypeName).join(', ')
  const rounded = rounding === undefined ? meaning : `${meaning}, rounded ${rounding}`
  return [`\`${name}\``, types, escaped(rounded), escaped(refused ?? '')]
}

/** A bar would end the cell. */
function escaped(text: string): string {
  return text.replaceAll('|', '\\|')
}
