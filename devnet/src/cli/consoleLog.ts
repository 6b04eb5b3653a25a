import { type AbiParameter, decodeAbiParameters, type Hex, slice, toFunctionSelector } from 'viem'

/** The types that `console.log` takes up to four of. */
const argumentTypes = ['uint256', 'string', 'bool', 'address']
/** What it takes alone. */
const loneTypes = ['int256', 'bytes', ...Array.from({ length: 32 }, (_, i) => `bytes${i + 1}`)]
/** Names of types in the signatures that Hardhat's first console had: none that Solidity would hash. */
const oldNames: readonly (readonly [string, string])[] = [
  ['uint256', 'uint'],
  ['int256', 'int'],
]

let signatures: ReadonlyMap<Hex, readonly AbiParameter[]> | undefined

/**
 * The text of a call to the console.
 * @param calldata as the contract sent it, maybe cut short.
 */
export function consoleText(calldata: Hex): string {
  signatures ??= createSignatures()
  const parameters = signatures.get(calldata.slice(0, 10) as Hex)
  if (!parameters) return `console.log of an unknown signature: ${calldata}`
  if (parameters.length === 0) return ''
  try {
    const values = decodeAbiParameters(parameters, slice(calldata, 4))
    return format(values)
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error)
    return `console.log that cannot be decoded (${reason}): ${calldata}`
  }
}

function createSignatures(): ReadonlyMap<Hex, readonly AbiParameter[]> {
  let lists: string[][] = [[]]
  const all: string[][] = [[], ...loneTypes.map((type) => [type])]
  for (let count = 1; count <= 4; count++) {
    lists = lists.flatMap((list) => argumentTypes.map((type) => [...list, type]))
    all.push(...lists)
  }
  // Forge's console takes a signed number after a text.
  all.push(['string', 'int256'])
  return new Map(
    all.flatMap((types) => {
      const parameters = types.map((type) => ({ type }))
      return [types, types.map(oldName)].map((names) => {
        return [toFunctionSelector(`log(${names.join(',')})`), parameters] as const
      })
    }),
  )
}

function oldName(type: string): string {
  return oldNames.find(([name]) => name === type)?.[1] ?? type
}

/** Puts values in the places that a first text names, and the others behind it, as Hardhat and Foundry do. */
function format([first, ...rest]: readonly unknown[]): string {
  if (typeof first !== 'string' || rest.length === 0) return [first, ...rest].map(String).join(' ')
  const left = [...rest]
  const text = first.replace(/%[sdifoxe%]/g, (place) => {
    if (place === '%%') return '%'
    return left.length === 0 ? place : shown(left.shift(), place)
  })
  return [text, ...left.map(String)].join(' ')
}

function shown(value: unknown, place: string): string {
  return place === '%x' && typeof value === 'bigint' ? `0x${value.toString(16)}` : String(value)
}
