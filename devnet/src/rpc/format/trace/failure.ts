import type { Frame } from '../../../node/trace/frame.js'
import { haltName } from '../../errors.js'

/** Failures that Anvil and geth call alike. */
const gethNames: Record<string, string> = {
  revert: 'execution reverted',
  'invalid JUMP': 'invalid jump destination',
  'code store out of gas': 'out of gas',
}

/** Failures that Anvil calls as OpenEthereum did. */
const parityNames: Record<string, string> = {
  revert: 'Reverted',
  'out of gas': 'Out of gas',
  'code store out of gas': 'Out of gas',
  'invalid JUMP': 'Bad jump destination',
  'invalid opcode': 'Bad instruction',
  'invalid opcode: INVALID': 'Bad instruction',
  'stack underflow': 'Stack underflow',
  'stack overflow': 'Out of stack',
  'insufficient balance for transfer': 'Insufficient balance for transfer',
}

/** Why a frame failed, as geth's tracers tell it; undefined when it did not. */
export function gethError({ error, isPrecompile }: Frame): string | undefined {
  if (error === undefined) return undefined
  if (isPrecompile && isOwnFailure(error)) return 'precompiled failed'
  return gethNames[error] ?? (isPlain(error) ? error : haltName(error))
}

/** The same as OpenEthereum's traces tell it. */
export function parityError({ error, isPrecompile }: Frame): string | undefined {
  if (error === undefined) return undefined
  if (isPrecompile && isOwnFailure(error)) return 'Built-in failed'
  return parityNames[error] ?? haltName(error)
}

/** A precompile's own reasons have many names in EthereumJS, and none elsewhere. */
function isOwnFailure(error: string): boolean {
  return (
    error !== 'revert' && error !== 'out of gas' && error !== 'insufficient balance for transfer'
  )
}

const plain = new Set([
  'out of gas',
  'invalid opcode',
  'invalid opcode: INVALID',
  'insufficient balance for transfer',
  'max call depth exceeded',
])

function isPlain(error: string): boolean {
  return plain.has(error)
}
