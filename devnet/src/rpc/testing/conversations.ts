import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A request, and what another client answered. */
export interface Exchange {
  readonly request: string
  readonly answer: RpcAnswer
}

export interface RpcAnswer {
  readonly result?: unknown
  readonly error?: { readonly code: number; readonly message?: string; readonly data?: unknown }
}

/** A recorded conversation. */
export interface Conversation {
  /** `eth_call/call-contract`. */
  readonly name: string
  readonly exchanges: readonly Exchange[]
  /** Whether the values of its answers are the other client's own, and the shape alone is common. */
  readonly isShapeOnly: boolean
}

/** The conversations under a folder that are about methods of ordinary clients, by name. */
export function readConversations(folder: string): Conversation[] {
  const methods = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !/^(engine|testing)_/.test(entry.name))
    .map(({ name }) => name)
  return methods.sort().flatMap((method) =>
    readdirSync(join(folder, method))
      .filter((file) => file.endsWith('.io'))
      .sort()
      .map((file) => {
        const text = readFileSync(join(folder, method, file), 'utf8')
        return readConversation(`${method}/${file.slice(0, -'.io'.length)}`, text)
      }),
  )
}

function readConversation(name: string, text: string): Conversation {
  const lines = text.split('\n')
  const marked = (mark: string) =>
    lines.filter((line) => line.startsWith(mark)).map((line) => line.slice(mark.length).trim())
  const answers = marked('<<')
  return {
    name,
    exchanges: marked('>>').map((request, index) => ({
      request,
      answer: JSON.parse(answers[index] as string) as RpcAnswer,
    })),
    isShapeOnly: lines.some((line) => line.startsWith('// speconly')),
  }
}

/** What of two answers has to agree: all but the words of an error. */
export function comparable({ result, error }: RpcAnswer): unknown {
  if (!error) return { result }
  const { message: _, ...rest } = error
  return { error: rest }
}

/**
 * Whether two values have the same kind, through all levels. Of a list its first item stands for all; keys that are
 * addresses or numbers are values, not names; and what is empty or null on one side says nothing of its kind.
 */
export function haveSameShape(a: unknown, b: unknown): boolean {
  if (isEmpty(a) || isEmpty(b)) return true
  if (typeof a === 'string' && typeof b === 'string') {
    return a.startsWith('0x') === b.startsWith('0x')
  }
  if (typeof a !== 'object' || typeof b !== 'object' || !a || !b) return typeof a === typeof b
  if (Array.isArray(a) !== Array.isArray(b)) return false
  if (isMap(a) && isMap(b)) return haveSameShape(Object.values(a)[0], Object.values(b)[0])
  const [ours, theirs] = [namesOf(a), namesOf(b)]
  if (ours.join() !== theirs.join()) return false
  return ours.every((name) => haveSameShape(a[name as never], b[name as never]))
}

function isEmpty(value: unknown): boolean {
  if (value === null) return true
  return typeof value === 'object' && Object.keys(value as object).length === 0
}

/** Lists count as maps from numbers. */
function isMap(value: object): boolean {
  return Object.keys(value).some((key) => /^(0x|[0-9])/.test(key))
}

function namesOf(value: object): string[] {
  return Object.entries(value)
    .filter(([, entry]) => entry !== null)
    .map(([name]) => name)
    .sort()
}
