import { Command, Option } from 'commander'
import { bundleText } from './bundleText.js'
import { addNodeOptions, type NodeOptions } from './connect.js'
import { uint64 } from './flag.js'
import { print, printJson, progress } from './output.js'

const example = `
Examples:
  $ npx lockstep export "$(mktemp -d)/bundle"
  $ npx lockstep export "$(mktemp -d)/bundle" --from 1 --to 1`

interface ExportFlags extends NodeOptions {
  readonly dataDir?: string
  readonly from?: bigint
  readonly to?: bigint
  readonly json?: boolean
}

/** `lockstep export`: writes a bundle of a chain that runs, or of one that is stored. */
export function exportCommand(): Command {
  return addNodeOptions(
    new Command('export')
      .description('write a bundle of a chain: what it takes to replay it anywhere')
      .argument('<folder>', 'folder to write, which must not exist'),
  )
    .addOption(new Option('--data-dir <dir>', 'of the chain in this folder, which no node uses'))
    .option(
      '--from <block>',
      'the first block to execute, with what it and the next read of the state before (default: after the genesis)',
      uint64,
    )
    .option('--to <block>', 'the last block (default: the latest)', uint64)
    .option('--json', 'print one JSON object')
    .addHelpText('after', example)
    .action(async (folder: string, flags: ExportFlags) => {
      const { exportChain } = await import('../replay/export/exportChain.js')
      const { withStoredChain } = await import('../replay/export/stored.js')
      const onBlock = (done: number, total: number) => progress('Exporting', done, total)
      const { from, to } = flags
      const range = { ...(from !== undefined && { from }), ...(to !== undefined && { to }) }
      const write = (url: string) => exportChain(url, folder, { ...range, onBlock })
      const manifest = await (flags.dataDir === undefined
        ? write(flags.rpcUrl)
        : withStoredChain(flags.dataDir, write))
      if (flags.json) printJson({ folder, ...manifest })
      else print(bundleText(folder, manifest))
    })
}
