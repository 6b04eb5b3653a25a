import { type FSWatcher, watch } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import type { LoadedConfig } from '@lockstep/sdk/codegen'
import { Command } from 'commander'
import { describeSource } from './describeSource.js'
import { ExitCode, print, printJson } from './output.js'

const example = `
Examples:
  $ npx lockstep generate
  $ npx lockstep generate --check

with a lockstep.config.ts such as:
  import { defineConfig } from '@lockstep/sdk/codegen'

  export default defineConfig({
    models: { volatility: './examples/volatility/model/volatility.onnx' },
  })`

interface Options {
  readonly config: string
  readonly check?: boolean
  readonly watch?: boolean
  readonly json?: boolean
}

/** `lockstep generate`: typed TypeScript and Solidity for models, as `lockstep.config.ts` asks. */
export function generateCommand(): Command {
  return new Command('generate')
    .description('write typed TypeScript and Solidity for the models of lockstep.config.ts')
    .option('-c, --config <file>', 'the configuration', 'lockstep.config.ts')
    .option('--check', 'write nothing; fail when a file is not what it should be')
    .option('--watch', 'go on, whenever the configuration, a model or an artifact changes')
    .option('--json', 'print one JSON object')
    .addHelpText('after', example)
    .action(async (options: Options) => {
      const loaded = await generate(options)
      if (options.watch) await generateForEver(loaded, options)
    })
}

async function generate(options: Options): Promise<LoadedConfig> {
  // Loaded here: it brings the TypeScript compiler, which no other command needs.
  const { loadConfig, planFiles, writeFiles } = await import('@lockstep/sdk/codegen')
  const loaded = await loadConfig(options.config)
  const { config, root } = loaded
  const files = await planFiles(config, {
    root,
    describe: (source) => describeSource(source, loaded),
  })
  const stale = files.filter(({ isCurrent }) => !isCurrent)
  if (!options.check) await writeFiles(files)
  const names = stale.map(({ path }) => relative(process.cwd(), path))
  if (options.json) printJson({ [options.check ? 'stale' : 'written']: names, files: files.length })
  else for (const line of report(names, { ...options, total: files.length })) print(line)
  if (options.check && stale.length > 0) process.exitCode = ExitCode.failure
  return loaded
}

function report(names: readonly string[], { check, total }: Options & { total: number }): string[] {
  if (names.length === 0) return [`${total} files are up to date.`]
  if (!check) return names.map((name) => `wrote ${name}`)
  return [...names.map((name) => `out of date: ${name}`), 'Run `npx lockstep generate`.']
}

/** Generates anew at each change of a file that the code is made of; ends with the process. */
async function generateForEver(first: LoadedConfig, options: Options): Promise<never> {
  const changes = new Changes()
  changes.follow(sourcesOf(first))
  if (!options.json) print('Watching for changes.')
  for (;;) {
    await changes.next()
    try {
      changes.follow(sourcesOf(await generate(options)))
    } catch (error) {
      // A file half written, or one that its author is at work on: the next change may mend it.
      print(error instanceof Error ? error.message : String(error))
    }
  }
}

function sourcesOf({ config, root, path }: LoadedConfig): readonly string[] {
  const models = Object.values(config.models ?? {}).flatMap((source) =>
    typeof source === 'string' ? [source] : 'file' in source ? [source.file] : [],
  )
  const relatives = [...models, ...Object.values(config.contracts ?? {})]
  return [path, ...relatives.map((file) => join(root, file))]
}

/** Changes of files, those during the work on an earlier one included. */
class Changes {
  private readonly folders = new Map<string, FSWatcher>()
  private files = new Set<string>()
  private hasChanged = false
  private wake = () => {}

  /** Folders are watched, because many editors replace a file by another of its name. */
  follow(files: readonly string[]): void {
    this.files = new Set(files)
    const folders = new Set(files.map(dirname))
    for (const [folder, watcher] of this.folders) {
      if (folders.has(folder)) continue
      watcher.close()
      this.folders.delete(folder)
    }
    for (const folder of folders) {
      if (!this.folders.has(folder)) this.folders.set(folder, this.watch(folder))
    }
  }

  async next(): Promise<void> {
    if (!this.hasChanged) await new Promise<void>((resolve) => (this.wake = resolve))
    this.hasChanged = false
  }

  private watch(folder: string): FSWatcher {
    return watch(folder, (_, name) => {
      if (name !== null && !this.files.has(join(folder, name))) return
      this.hasChanged = true
      this.wake()
    })
  }
}
