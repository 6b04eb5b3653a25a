import { type Command, Option } from 'commander'
import { UsageError } from './output.js'

/** Flags of Anvil's that ask for what this node does anyway, or for nothing that a caller could tell. */
const harmless = [
  ['-v, --verbosity', 'traces and logs need no flag here'],
  ['-j, --threads <n>', 'the node decides'],
  ['--jobs <n>', 'the node decides'],
  ['--color <when>', 'the log has no colours'],
  ['--gas-price <wei>', 'since London the base fee decides'],
  ['--steps-tracing', 'traces need no flag here'],
  ['--tracing', 'traces need no flag here'],
  ['--prune-history [states]', 'old state is kept all the same'],
  ['--transaction-block-keeper <blocks>', 'old blocks are kept all the same'],
  ['--max-persisted-states <n>', 'old state is kept all the same'],
  ['--enable-tx-gas-limit', 'Osaka brings the limit of EIP-7825, here without a flag'],
  ['--tx-gas-limit', 'Osaka brings the limit of EIP-7825, here without a flag'],
] as const

/** Flags of Anvil's that ask for what this node does not do, and what to do instead. */
const missing = [
  ['--memory-limit <bytes>', 'Gas bounds the memory of a call.'],
  ['--celo', 'There is Ethereum alone.'],
  ['-n, --network <network>', 'There is Ethereum alone.'],
  ['--json', 'The log is text; --config-out writes what the banner says as JSON.'],
  ['--md', 'The log is text.'],
] as const

/** Takes Anvil's flags that need nothing done, and refuses those that this node cannot follow, with what to do. */
export function addAnvilFlags(command: Command): Command {
  for (const [flags, why] of harmless) {
    command.addOption(new Option(flags, `as Anvil has it; ${why}`).hideHelp())
  }
  for (const [flags, remedy] of missing) {
    const option = new Option(flags).hideHelp()
    command.addOption(option)
    command.on(`option:${option.name()}`, () => {
      throw new UsageError(`${option.long} of Anvil's is not offered here.`, { remedy })
    })
  }
  return command
}
