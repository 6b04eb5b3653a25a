import { inferenceAddress } from '../../../node/registry.js'
import { designatedInvalid } from '../../../node/trace/failure.js'
import type { Frame } from '../../../node/trace/frame.js'
import { haltName } from '../../errors.js'

/** Failures that geth and Anvil call by the same words. */
const gethNames: Record<string, string> = {
  revert: 'execution reverted',
  'out of gas': 'out of gas',
  'code store out of gas': 'out of gas',
  'invalid opcode': 'invalid opcode',
  [designatedInvalid]: designatedInvalid,
  'invalid JUMP': 'invalid jump destination',
  'insufficient balance for transfer': 'insufficient balance for transfer',
  'max call depth exceeded': 'max call depth exceeded',
}

/** Failures that Anvil calls as OpenEthereum did. */
const parityNames: Record<string, string> = {
  revert: 'Reverted',
  'out of gas': 'Out of gas',
  'code store out of gas': 'Out of gas',
  'invalid opcode': 'Bad instruction',
  [designatedInvalid]: 'Bad instruction',
  'invalid JUMP': 'Bad jump destination',
  'stack overflow': 'Out of stack',
  'insufficient balance for transfer': 'Insufficient balance for transfer',
}

/** Why a frame failed, as geth's tracers tell it; undefined when it did not. */
export function gethError({ error, ...frame }: Frame): string | undefined {
  if (error === undefined) return undefined
  if (isRefusalOfPrecompile(error, frame)) return 'precompiled failed'
  return gethNames[error] ?? haltName(error)
}

/** The same as OpenEthereum's traces tell it. */
export function parityError({ error, ...frame }: Frame): string | undefined {
  if (error === undefined) return undefined
  if (isRefusalOfPrecompile(error, frame)) return 'Built-in failed'
  return parityNames[error] ?? haltName(error)
}

/** A precompile's reasons have many names in EthereumJS, and none elsewhere. The inference precompile reverts. */
function isRefusalOfPrecompile(error: string, { isPrecompile, to }: Omit<Frame, 'error'>): boolean {
  const isCommon = error === 'out of gas' || error === 'insufficient balance for transfer'
  return isPrecompile && to !== inferenceAddress && !isCommon
}
