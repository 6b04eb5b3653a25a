import { parametersOf, typeOf } from './ast.js'
import { calledName } from './calls.js'
import type { Place } from './unit.js'

/** Where a value comes from, as far as a rule asks. */
export interface Origin extends Place {
  readonly kind: 'block' | 'feed' | 'parameter'
  /** As the source says it, such as `block.timestamp`. */
  readonly text: string
}

/** Origins by their place. */
export type Origins = ReadonlyMap<string, Origin>

export const noOrigins: Origins = new Map()

export function originsOf(...origins: readonly Origin[]): Origins {
  return new Map(origins.map((origin) => [`${origin.file.path}:${origin.node.src}`, origin]))
}

export function union(...sets: readonly Origins[]): Origins {
  const filled = sets.filter(({ size }) => size > 0)
  return filled.length < 2 ? (filled[0] ?? noOrigins) : new Map(filled.flatMap((set) => [...set]))
}

const blockFields = new Set([
  'basefee',
  'blobbasefee',
  'coinbase',
  'difficulty',
  'gaslimit',
  'number',
  'prevrandao',
  'timestamp',
])

const blockFunctions = new Set(['blobhash', 'blockhash', 'gasleft'])

/** A read of the block that the transaction happens to be in, or of the gas that it happens to have. */
export function blockRead({ node, file }: Place): Origin | undefined {
  if (node.nodeType === 'MemberAccess' && node.expression) {
    const isBlock = typeOf(node.expression) === 'block' && blockFields.has(node.memberName ?? '')
    return isBlock ? { kind: 'block', text: `block.${node.memberName}`, node, file } : undefined
  }
  const name = node.nodeType === 'FunctionCall' ? node.expression?.name : undefined
  // The compiler gives what it declares itself a negative id.
  const isBuiltin = (node.expression?.referencedDeclaration ?? 0) < 0
  if (!name || !isBuiltin || !blockFunctions.has(name)) return undefined
  return { kind: 'block', text: `${name}()`, node, file }
}

/** Functions of price sources that go on answering however old the answer is. */
const staleReads = new Set([
  'getEmaPriceUnsafe',
  'getPriceUnsafe',
  'latestAnswer',
  'latestRoundData',
])

export function feedRead({ node, file }: Place): Origin | undefined {
  const name = node.nodeType === 'FunctionCall' ? calledName(node) : undefined
  return name && staleReads.has(name) ? { kind: 'feed', text: `${name}()`, node, file } : undefined
}

/** What a caller gives a function, by the parameters' ids. */
export function parameterOrigins({ node, file }: Place): Map<number, Origins> {
  return new Map(
    parametersOf(node).map((parameter) => [
      parameter.id,
      originsOf({ kind: 'parameter', text: parameter.name ?? '', node: parameter, file }),
    ]),
  )
}

/** Whether a parameter says itself that it holds what a market said before the transaction was sent. */
export function isPrice({ kind, node }: Origin): boolean {
  if (kind !== 'parameter') return false
  return /\bstruct (\w+\.)?Observation\b/.test(typeOf(node)) || /price|twap/i.test(node.name ?? '')
}
