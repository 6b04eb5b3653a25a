import { createTestClient, http } from 'viem'
import type { Market } from './market.js'

/** What only a chain for development lets one do: its clock, and when it mines. */
export function controlsOf({ maker }: Market) {
  return createTestClient({ mode: 'anvil', transport: http(maker.transport.url) })
}
