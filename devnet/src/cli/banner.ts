import { formatEther } from 'viem'

export interface BannerFacts {
  readonly version: string
  readonly accounts: readonly { readonly address: string; readonly privateKey: string }[]
  readonly balance: bigint
  readonly mnemonic: string
  readonly derivationPath: string
  readonly chainId: number
  /** The chain that this one goes on from. */
  readonly fork?: {
    readonly host: string
    readonly blockNumber: bigint
    readonly blockHash: string
  }
  readonly baseFee: bigint
  readonly gasLimit: bigint
  readonly genesisTimestamp: bigint
  readonly genesisNumber: bigint
  readonly models: readonly { readonly id: string; readonly file: string }[]
}

const art = String.raw`
     _            _        _
    | | ___   ___| | _____| |_ ___ _ __
    | |/ _ \ / __| |/ / __| __/ _ \ '_ \
    | | (_) | (__|   <\__ \ ||  __/ |_) |
    |_|\___/ \___|_|\_\___/\__\___| .__/
                                  |_|`

/** What people see first, in the order that scripts which read Anvil's stdout know. */
export function banner(facts: BannerFacts): string {
  const balance = formatEther(facts.balance).replace(
    /^(\d+)(?:\.(\d+))?$/,
    (_, whole, fraction = '') => `${whole}.${fraction.padEnd(18, '0')}`,
  )
  const sections = [
    section(
      'Available Accounts',
      facts.accounts.map(({ address }, i) => `(${i}) ${address} (${balance} ETH)`),
    ),
    section(
      'Private Keys',
      facts.accounts.map(({ privateKey }, i) => `(${i}) ${privateKey}`),
    ),
    `Wallet\n${rule}\nMnemonic:          ${facts.mnemonic}\nDerivation path:   ${facts.derivationPath}\n`,
    ...(facts.fork ? [forkSection(facts.fork)] : []),
    section('Chain ID', [`${facts.chainId}`]),
    section('Base Fee', [`${facts.baseFee}`]),
    section('Gas Limit', [`${facts.gasLimit}`]),
    section('Genesis Timestamp', [`${facts.genesisTimestamp}`]),
    section('Genesis Number', [`${facts.genesisNumber}`]),
    ...(facts.models.length === 0
      ? []
      : [
          section(
            'Models',
            facts.models.map(({ id, file }) => `${id}  ${file}`),
          ),
        ]),
  ]
  return `${art}\n\n    ${facts.version}\n\n${sections.join('\n')}`
}

const rule = '=================='

function section(title: string, lines: readonly string[]): string {
  return `${title}\n${rule}\n\n${lines.join('\n')}\n`
}

function forkSection(fork: NonNullable<BannerFacts['fork']>): string {
  return section('Fork', [
    `Endpoint:       ${fork.host}`,
    `Block number:   ${fork.blockNumber}`,
    `Block hash:     ${fork.blockHash}`,
  ])
}
