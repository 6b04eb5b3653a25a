import { join } from 'node:path'
import type { HardhatUserConfig, ResolvedConfigurationVariable } from 'hardhat/types/config'
import type { ConfigHooks, HardhatUserConfigValidationError } from 'hardhat/types/hooks'
import { urlForOpening } from './opening.js'

/** Stands in the configuration until a connection is opened; nothing is ever sent there. */
const placeholder = 'http://lockstep.invalid'

/** Declares the networks that are devnets, and starts one when Hardhat asks such a network for its URL. */
export default async (): Promise<Partial<ConfigHooks>> => ({
  extendUserConfig: async (config, next) => {
    const networks = { ...config.networks }
    for (const name of namesIn(config)) networks[name] ??= { type: 'http', url: placeholder }
    return next({ ...config, networks })
  },
  validateUserConfig: async (config) => namesIn(config).flatMap((name) => faultOf(config, name)),
  resolveUserConfig: async (config, resolve, next) => {
    const resolved = await next(config, resolve)
    const flags = [...(config.lockstep?.flags ?? [])]
    const { models } = config.lockstep ?? {}
    if (models !== undefined) flags.push('--models', join(resolved.paths.root, models))
    const networks = { ...resolved.networks }
    for (const name of namesIn(config)) {
      const network = networks[name]
      if (network?.type === 'http') networks[name] = { ...network, url: lazyUrl(flags) }
    }
    return { ...resolved, networks }
  },
})

function namesIn({ lockstep }: HardhatUserConfig): readonly string[] {
  return lockstep?.networks ?? ['lockstep']
}

/** A network of this name that somebody configured for something else would never be reached. */
function faultOf(config: HardhatUserConfig, name: string): HardhatUserConfigValidationError[] {
  const network = config.networks?.[name]
  if (network === undefined || (network.type === 'http' && network.url === placeholder)) return []
  return [
    {
      path: ['networks', name],
      message: `The network "${name}" is a devnet of Lockstep, which needs no entry here. Leave it out, or name other networks in lockstep.networks.`,
    },
  ]
}

function lazyUrl(flags: readonly string[]): ResolvedConfigurationVariable {
  const getUrl = () => urlForOpening(flags)
  const notNumber = () => Promise.reject(new TypeError('The URL of a devnet is no number.'))
  return {
    _type: 'ResolvedConfigurationVariable',
    format: '{variable}',
    get: getUrl,
    getUrl,
    getBigInt: notNumber,
    getHexString: notNumber,
  }
}
