import { AsyncLocalStorage } from 'node:async_hooks'
import { type ChildDevnet, startChildDevnet } from '../childDevnet.js'

/** A connection that is being opened, and the devnet that was started for it. */
interface Opening {
  devnet?: ChildDevnet
}

/** Hardhat asks a network for its URL while it opens a connection, and does not say which. */
const openings = new AsyncLocalStorage<Opening>()

/**
 * Opens a connection.
 * @returns with the devnet that it asked for, if it did.
 */
export async function openWithDevnet<T>(
  open: () => Promise<T>,
): Promise<{ readonly connection: T; readonly devnet: ChildDevnet | undefined }> {
  const opening: Opening = {}
  try {
    const connection = await openings.run(opening, open)
    return { connection, devnet: opening.devnet }
  } catch (error) {
    await opening.devnet?.close()
    throw error
  }
}

/** The URL of a devnet for the connection that is being opened: started for it, unless it has one. */
export async function urlForOpening(flags: readonly string[]): Promise<string> {
  const opening = openings.getStore() ?? {}
  opening.devnet ??= await startChildDevnet(flags)
  return opening.devnet.url
}
