import { anvilMethods, newerAnvilMethods } from './anvil.js'
import { conversationGaps } from './conversationGaps.js'
import { edrMethods } from './edr.js'
import { missingMethods } from './missing.js'
import { viemMethods } from './viem.js'

/** Whose surface this node is measured against, and what that serves or calls. */
export const surfaces: Readonly<Record<string, readonly string[]>> = {
  'Anvil 1.7.1': anvilMethods,
  'newer Anvil': newerAnvilMethods,
  'EDR 0.18': edrMethods,
  viem: viemMethods,
}

/** Every method of every surface. */
export const knownMethods: readonly string[] = [...new Set(Object.values(surfaces).flat())].sort()

/** Why a method is not served; undefined when nobody said. */
export function reasonFor(method: string): string | undefined {
  const pattern = Object.keys(missingMethods).find((name) => matches(name, method))
  return pattern === undefined ? undefined : missingMethods[pattern]
}

/** Whether a name of `missingMethods` stands for the method. */
export function matches(name: string, method: string): boolean {
  return name.endsWith('*') ? method.startsWith(name.slice(0, -1)) : name === method
}

/** The lists and tables of the documentation, in Markdown, by name. */
export const coverageTables = {
  summary,
  served: servedList,
  missing: missingTable,
  conversations: conversationTable,
} as const

function summary(served: ReadonlySet<string>): string {
  const rows = Object.entries(surfaces).map(([name, methods]) => {
    const count = methods.filter((method) => served.has(method)).length
    return [name, `${count}`, `${methods.length - count}`]
  })
  return table([['surface', 'served', 'missing'], ...rows])
}

function servedList(served: ReadonlySet<string>): string {
  const byNamespace = new Map<string, string[]>()
  for (const method of [...served].sort()) {
    const [namespace = '', name = ''] = method.split(/_(.*)/)
    byNamespace.set(namespace, [...(byNamespace.get(namespace) ?? []), name])
  }
  return [...byNamespace]
    .map(([namespace, names]) => `- \`${namespace}_\`: ${names.join(', ')}`)
    .join('\n')
}

function missingTable(served: ReadonlySet<string>): string {
  const rows = knownMethods
    .filter((method) => !served.has(method))
    .map((method) => [`\`${method}\``, ownersOf(method), reasonFor(method) ?? ''])
  return table([['missing', 'of', 'why'], ...rows])
}

function conversationTable(): string {
  const rows = Object.entries(conversationGaps).map(([name, reason]) => [`${name}`, reason])
  return table([['conversation', 'why'], ...rows])
}

function ownersOf(method: string): string {
  const owners = Object.entries(surfaces).filter(([, methods]) => methods.includes(method))
  return owners.map(([name]) => name).join(', ')
}

/** A Markdown table with aligned columns, the first row its header. */
export function table([header = [], ...rows]: readonly (readonly string[])[]): string {
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  )
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`
  return [line(header), rule, ...rows.map(line)].join('\n')
}
