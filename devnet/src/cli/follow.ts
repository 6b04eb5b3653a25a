import { type EngineName, engineNames } from '@lockstep/precompile'
import { Command, Option } from 'commander'
import { quantity } from './flag.js'
import { ExitCode, print, printJson } from './output.js'

const example = `
Example:
  $ npx lockstep run -- sh -c 'npx lockstep deploy examples/volatility/model/volatility.onnx && npx lockstep follow $LOCKSTEP_RPC_URL --until 1'

Exit codes:
  0 every block up to the end came out the same · 6 something diverged
  4 the node that is followed does not answer any more`

interface FollowFlags {
  readonly engine: EngineName
  readonly until?: bigint
  readonly json?: boolean
}

/** `lockstep follow`: executes each block of a running chain as it comes, and stops at the first that differs. */
export function followCommand(): Command {
  return new Command('follow')
    .description(
      'execute every block of a running node again, as it comes, and stop at a difference',
    )
    .argument('<rpc-url>', 'JSON-RPC of the node')
    .addOption(
      new Option('--engine <engine>', 'what runs exact models here')
        .choices(engineNames)
        .default('wasm'),
    )
    .option('--until <block>', 'end after this block', quantity)
    .option('--json', 'print a line of JSON for each block')
    .addHelpText('after', example)
    .action(followChain)
}

async function followChain(url: string, { engine, until, json }: FollowFlags): Promise<void> {
  const { follow } = await import('../replay/follow/follow.js')
  const { describeDivergence } = await import('../replay/compare/divergence.js')
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())
  const tell = (word: string, { number, hash }: { number: bigint; hash: string }) => {
    if (json) print(JSON.stringify({ event: word, number: Number(number), hash }))
    else print(`${word} ${number} ${hash}`)
  }
  const { divergence } = await follow(url, {
    engine,
    ...(until !== undefined && { until }),
    signal: stop.signal,
    onBlock: (block) => tell('same', block),
    onReorg: (block) => tell('reorganised-to', block),
  })
  if (!divergence) return
  process.exitCode = ExitCode.diverged
  if (json) printJson({ event: 'diverged', divergence })
  else print(['DIVERGED', ...describeDivergence(divergence).map((line) => `  ${line}`)].join('\n'))
}
