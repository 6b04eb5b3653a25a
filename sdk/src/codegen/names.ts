import { CodegenError } from './errors.js'

/** Words that Solidity does not take as the name of a parameter; they get a `_` behind. */
const reserved = new Set(
  `abstract address after alias anonymous apply arguments as assembly async auto await bool break byte bytes calldata case
  catch class const constant constructor continue contract copyof debugger default define delete do else emit enum error
  eval event export extends external fallback false final finally fixed for from function global if immutable implements
  implicit import in indexed inline instanceof int interface internal is let library macro mapping match memory modifier
  mutable new null of override package partial payable pragma private promise protected public pure receive reference
  relocatable return returns revert sealed sizeof static storage string struct super supports switch this throw true try
  type typedef typeof uint unchecked unicode unsafe using var view virtual void while with yield`.split(
    /\s+/,
  ),
)

/** Parts of the name in lower case: `dynamic-fee v1` and `dynamicFeeV1` are both dynamic, fee, v1. */
function words(name: string): string[] {
  const parts = name.replace(/([a-z0-9])([A-Z])/g, '$1 $2').match(/[A-Za-z0-9]+/g) ?? []
  return parts.map((part) => part.toLowerCase())
}

/** `dynamic-fee` as `DynamicFee`. @throws CodegenError when no name can be made of it. */
export function toPascalCase(name: string): string {
  const joined = words(name)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')
  if (!/^[A-Za-z]/.test(joined)) {
    throw new CodegenError(`"${name}" gives no name in Solidity and TypeScript.`, {
      remedy: 'Name the model with a letter first, such as volatility.',
    })
  }
  return joined
}

/** `dynamic-fee` as `dynamicFee`. @throws CodegenError when no name can be made of it. */
export function toCamelCase(name: string): string {
  const pascal = toPascalCase(name)
  return pascal.charAt(0).toLowerCase() + pascal.slice(1)
}

/** `dynamic-fee` as `DYNAMIC_FEE`. */
export function toConstantCase(name: string): string {
  return words(name).join('_').toUpperCase()
}

/** Options of a read, which stand beside the tensors. */
const options = new Set(['account', 'blockNumber', 'blockTag', 'gas'])

/** The name of a property for a tensor, whose name in a model may be anything. */
export function toProperty(tensor: string, index: number, kind: 'input' | 'output'): string {
  const isUsable = /^[A-Za-z]/.test(words(tensor).join(''))
  const name = isUsable ? toCamelCase(tensor) : `${kind}${index}`
  return options.has(name) ? `${name}Tensor` : name
}

/** The same as the name of a parameter in Solidity. */
export function toParameter(property: string): string {
  const isType = /^(u?int|bytes)\d+$/.test(property)
  return reserved.has(property) || isType ? `${property}_` : property
}

/** @throws CodegenError when two sources would bear one name. */
export function requireDistinct(names: readonly string[], what: string): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice === undefined) return
  throw new CodegenError(`Two ${what} would both be called ${twice}.`, {
    remedy: 'Rename one of them in lockstep.config.ts.',
  })
}
