import { Command } from 'commander'
import { bundleText } from './bundleText.js'
import { runChild } from './runChild.js'
import {
  addCompanionOptions,
  type CompanionFlags,
  rpcUrlVariable,
  withDevnet,
} from './withDevnet.js'

const example = `
The command finds the chain at the URL in ${rpcUrlVariable} and ETH_RPC_URL, and its exit code is that of this one.

Example:
  $ npx lockstep record -o recorded -- npx lockstep deploy examples/volatility/model/volatility.onnx`

interface RecordFlags extends CompanionFlags {
  readonly output: string
}

/** `lockstep record`: runs a command beside a chain of its own, and writes a bundle of what stands on it in the end. */
export function recordCommand(): Command {
  return addCompanionOptions(
    new Command('record')
      .description(
        'run a command, such as `npm test`, beside a fresh chain, and bundle what it did',
      )
      .argument('<command...>', 'what to run, after --')
      .option('-o, --output <folder>', 'folder to write, which must not exist', 'bundle'),
  )
    .addHelpText('after', example)
    .action(async (command: string[], flags: RecordFlags) => {
      const { demandFree } = await import('../replay/bundles/write.js')
      const { exportChain } = await import('../replay/export/exportChain.js')
      await demandFree(flags.output)
      process.exitCode = await withDevnet(flags, async ({ url, node }) => {
        const exitCode = await runChild(command, { [rpcUrlVariable]: url, ETH_RPC_URL: url })
        // What the chain would still seal by the clock is none of the command's.
        node.setMining({ type: 'manual' })
        const manifest = await exportChain(url, flags.output)
        // What the command printed may be read by a program: nothing is added to it.
        process.stderr.write(`${bundleText(flags.output, manifest)}\n`)
        return exitCode
      })
    })
}
