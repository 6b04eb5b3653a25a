import { type EngineName, engineNames } from '@lockstep/precompile'
import { Argument, Command } from 'commander'

/** `lockstep replay-here`: what `lockstep replay` starts for each engine; it answers over the channel between them. */
export function replayHereCommand(): Command {
  return new Command('replay-here')
    .argument('<bundle>')
    .addArgument(new Argument('<engine>').choices(engineNames))
    .option('--data-dir <dir>')
    .action(async (folder: string, engine: EngineName, { dataDir }: { dataDir?: string }) => {
      const { replayHere } = await import('../replay/child.js')
      await replayHere(folder, engine, dataDir, (message) => process.send?.(message))
      process.disconnect?.()
    })
}
