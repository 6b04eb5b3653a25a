import { type TestAPI, test } from 'vitest'
import { createDevnet, type Devnet, type DevnetOptions } from './devnet.js'

/**
 * Vitest's `test` with a `devnet` in its context: one chain for each test file, on a free port, started when the first
 * test asks for it and ended with the file.
 * @param options Of the devnet, such as the `models` that its genesis registers.
 * @example
 * const test = devnetTest({ models: [await readFile('volatility.onnx')] })
 *
 * test('infers', async ({ devnet }) => {
 *   const client = createPublicClient({ transport: http(devnet.url) }).extend(inferenceActions())
 *   expect(await client.inference.getModels()).toHaveLength(1)
 * })
 */
export function devnetTest(options: DevnetOptions = {}): TestAPI<{ devnet: Devnet }> {
  return test.extend<{ devnet: Devnet }>({
    devnet: [
      // biome-ignore lint/correctness/noEmptyPattern: Vitest reads from the pattern what a fixture needs.
      async ({}, use) => {
        const devnet = await createDevnet({ port: 0, ...options })
        try {
          await use(devnet)
        } finally {
          await devnet.close()
        }
      },
      { scope: 'file' },
    ],
  })
}
