import type { HardhatPlugin } from 'hardhat/types/plugins'

export type * from './types.js'

/**
 * Hardhat 3 plugin: a network `lockstep`, whose every connection is a devnet of its own, started when it is opened and
 * ended when it is closed, or with the process.
 * @example
 * import lockstep from '@lockstep/devnet/hardhat'
 *
 * export default defineConfig({
 *   plugins: [lockstep, viem],
 *   lockstep: { models: './models' },
 * })
 *
 * // In a test
 * const { viem, lockstep } = await network.create('lockstep')
 */
const plugin: HardhatPlugin = {
  id: 'hardhat-lockstep',
  npmPackage: '@lockstep/devnet',
  hookHandlers: {
    config: () => import('./config.js'),
    network: () => import('./network.js'),
  },
}

export default plugin
