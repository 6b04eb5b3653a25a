import { type Command, Option } from 'commander'
import { integer } from './flag.js'

/** The flags that keep a chain in a file as Anvil writes it, parsed. */
export interface StateFlags {
  readonly state?: string
  readonly loadState?: string
  readonly dumpState?: string
  readonly stateInterval?: number
  readonly preserveHistoricalStates?: boolean
}

const longestIntervalSeconds = 7 * 24 * 60 * 60

/** Adds Anvil's flags for state files. A data folder keeps a chain itself. */
export function addStateOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--state <file>',
        'load the chain from this file if it is there, and write it at the end',
      ).conflicts(['loadState', 'dumpState', 'init', 'import', 'dataDir']),
    )
    .addOption(
      new Option(
        '--load-state <file>',
        'load the chain from a file of Anvil or lockstep',
      ).conflicts(['init', 'import', 'dataDir']),
    )
    .option('--dump-state <file>', 'write the chain to this file at the end, as Anvil does')
    .option(
      '-s, --state-interval <seconds>',
      'write it this often, too',
      integer(1, longestIntervalSeconds),
    )
    .option('--preserve-historical-states', 'write the states after older blocks, too')
}
