import { dtypeName } from '../tensor.js'
import { exactOperators } from './operators/index.js'
import type { ExactOperator } from './operators/operator.js'

/** The table of docs/exact.md, in Markdown: what exact operators compute and what is refused. */
export function operatorTable(): string {
  const rows = Object.entries(exactOperators).map(([name, operator]) => rowOf(name, operator))
  const head = ['operator', 'element types', 'meaning', 'refused']
  return [head, head.map(() => '---'), ...rows].map(toLine).join('\n')
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

function toLine(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}
