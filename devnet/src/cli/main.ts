import { Command } from 'commander'
import { version } from '../version.js'
import { compileCommand } from './compile.js'
import { deployCommand } from './deploy.js'
import { devnetCommand } from './devnet.js'
import { doctorCommand } from './doctor.js'
import { exportCommand } from './export.js'
import { followCommand } from './follow.js'
import { generateCommand } from './generate.js'
import { inferCommand } from './infer.js'
import { inspectCommand } from './inspect.js'
import { lintCommand } from './lint.js'
import { modelsCommand } from './models.js'
import { ExitCode, reportError } from './output.js'
import { quoteCommand } from './quote.js'
import { recordCommand } from './record.js'
import { replayCommand } from './replay.js'
import { replayHereCommand } from './replayHere.js'
import { runCommand } from './run.js'
import type { Prepare } from './runDevnet.js'

const exitCodeHelp = `
Exit codes:
  0 done · 1 failed · 2 wrong command line or JSON · 3 model refused by the validator
  4 no node answers, or it reports a fault of its own · 5 the chain answered with a revert
  6 a replay diverged
  \`run\` and \`record\` end with the code of the command that they run`

export interface MainOptions {
  /** Prepares the chain of `lockstep devnet` before it is announced; what it returns is printed last. */
  readonly prepare?: Prepare
}

/**
 * Runs the command line.
 * @param argv Like `process.argv`: two entries, then the arguments.
 * @returns the exit code.
 */
export async function main(argv: readonly string[], options: MainOptions = {}): Promise<number> {
  const program = new Command('lockstep')
    .description('A local Ethereum chain whose contracts call machine-learning models inline.')
    .version(version, '-V, --version')
    .addCommand(devnetCommand(options.prepare), { isDefault: true })
    .addCommand(inspectCommand())
    .addCommand(compileCommand())
    .addCommand(deployCommand())
    .addCommand(modelsCommand())
    .addCommand(inferCommand())
    .addCommand(quoteCommand())
    .addCommand(generateCommand())
    .addCommand(lintCommand())
    .addCommand(runCommand())
    .addCommand(doctorCommand())
    .addCommand(recordCommand())
    .addCommand(exportCommand())
    .addCommand(replayCommand())
    .addCommand(followCommand())
    .addCommand(replayHereCommand(), { hidden: true })
    .addHelpText('after', exitCodeHelp)
  for (const command of [program, ...program.commands]) command.exitOverride()
  try {
    await program.parseAsync([...argv])
    // A command that printed its result may still have found that something does not work.
    return Number(process.exitCode ?? ExitCode.ok)
  } catch (error) {
    return reportError(error, argv.includes('--json'))
  }
}
