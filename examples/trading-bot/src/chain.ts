import type { DemoClient } from '@lockstep/example-volatility/client'
import { createTestClient, http } from 'viem'

/** What only a chain for development lets one do: its clock, and when it mines. */
export function controlsOf(client: DemoClient) {
  return createTestClient({ mode: 'anvil', transport: http(client.transport.url) })
}
