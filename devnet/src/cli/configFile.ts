import { writeFile } from 'node:fs/promises'

/** What the banner says, for programs. */
export interface ConfigFacts {
  readonly accounts: readonly { readonly address: string; readonly privateKey: string }[]
  readonly mnemonic: string
  readonly derivationPath: string
  readonly baseFee: bigint
  readonly gasLimit: bigint
  readonly genesisTimestamp: bigint
}

/** Writes what scripts read instead of the banner; the keys are those of Anvil's file. */
export async function writeConfig(file: string, facts: ConfigFacts): Promise<void> {
  const config = {
    available_accounts: facts.accounts.map(({ address }) => address),
    private_keys: facts.accounts.map(({ privateKey }) => privateKey),
    wallet: { derivation_path: facts.derivationPath, mnemonic: facts.mnemonic },
    base_fee: String(facts.baseFee),
    gas_limit: String(facts.gasLimit),
    genesis_timestamp: String(facts.genesisTimestamp),
  }
  await writeFile(file, `${JSON.stringify(config, null, 2)}\n`)
}
