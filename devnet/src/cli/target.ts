import { parseModelName } from '@lockstep/sdk'
import { type Hex, isHex } from 'viem'
import type { Connection } from './connect.js'

/**
 * The model that a command line names.
 * @param target A model id, `owner/name`, or a name of the sender's own.
 * @throws NameNotSetError when the name points to nothing, InvalidModelNameError when it is no name.
 */
export async function resolveTarget(client: Connection, target: string): Promise<Hex> {
  if (isHex(target) && target.length === 66) return target
  const { owner, name } = parseModelName(target)
  return client.inference.resolveModel({ owner: owner ?? client.account.address, name })
}
