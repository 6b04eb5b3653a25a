import { Command } from 'commander'
import { list } from './flag.js'
import { runChild } from './runChild.js'
import {
  addCompanionOptions,
  type CompanionFlags,
  rpcUrlVariable,
  withDevnet,
} from './withDevnet.js'

const example = `
The command finds the devnet at the URL in ${rpcUrlVariable}, and its exit code is that of this one.

Example:
  $ npx lockstep run --models examples/volatility/model -- npx lockstep models`

interface Options extends CompanionFlags {
  readonly env: readonly string[]
}

/** `lockstep run`: a devnet for as long as a command runs, such as `forge test`. */
export function runCommand(): Command {
  return addCompanionOptions(
    new Command('run')
      .description('run a command, such as `forge test`, beside a devnet of its own')
      .argument('<command...>', 'what to run, after --')
      .option(
        '--env <names>',
        'give its URL these names too, with commas between, such as ETH_RPC_URL',
        list,
        [],
      ),
  )
    .addHelpText('after', example)
    .action(async (command: string[], options: Options) => {
      process.exitCode = await withDevnet(options, ({ url }) => {
        const names = [rpcUrlVariable, ...options.env]
        return runChild(command, Object.fromEntries(names.map((name) => [name, url])))
      })
    })
}
