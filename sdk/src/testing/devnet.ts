import { createDevnet, type Devnet, type DevnetOptions } from '@lockstep/devnet'
import { afterAll, beforeAll } from 'vitest'
import { createTestClient } from './client.js'

export type TestClient = ReturnType<typeof createTestClient>

/** A devnet for the tests of this file, and a client of it that sends from its first account. */
export interface TestDevnet {
  readonly client: TestClient
  readonly devnet: Devnet
}

/** Starts a devnet before the tests of the calling file, and ends it after them. */
export function useDevnet(options: DevnetOptions = {}): TestDevnet {
  let running: TestDevnet | undefined
  beforeAll(async () => {
    const devnet = await createDevnet({ port: 0, ...options })
    running = { devnet, client: createTestClient(devnet.url) }
  })
  afterAll(() => running?.devnet.close())
  const started = (): TestDevnet => {
    if (!running)
      throw new Error('The devnet starts before the first test, not while tests are collected.')
    return running
  }
  return {
    get client() {
      return started().client
    },
    get devnet() {
      return started().devnet
    },
  }
}
