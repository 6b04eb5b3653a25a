import type { OperatorTable } from './operator.js'
import { signature } from './signature.js'

/** Control flow with a static bound. Shape inference walks the branches itself. */
export const control: OperatorTable = {
  If: { signature: signature('bool -> *...'), infer: () => [] },
}
