import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

const workspace = fileURLToPath(new URL('../../../..', import.meta.url))

/** Where `.ci/hardhat` put Hardhat 3, and a Node that runs it. */
export const hardhatFolder = process.env.LOCKSTEP_HARDHAT

/** How a command of Hardhat's ended. */
export interface Outcome {
  readonly code: number
  readonly output: string
}

/** A project of Hardhat's beside the packages of this repository, for the test that runs. */
export class HardhatProject {
  private constructor(private readonly folder: string) {}

  /** @param files Their paths and what they hold. */
  static async create(files: Readonly<Record<string, string | Uint8Array>>) {
    const base = hardhatFolder as string
    for (const name of ['precompile', 'devnet', 'sdk']) await linkPackage(base, name)
    const folder = await mkdtemp(join(base, 'project-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const all = { 'package.json': '{ "private": true, "type": "module" }', ...files }
    for (const [path, content] of Object.entries(all)) {
      await mkdir(dirname(join(folder, path)), { recursive: true })
      await writeFile(join(folder, path), content)
    }
    return new HardhatProject(folder)
  }

  /** Runs a command of Hardhat's, or one beside a devnet of `lockstep run`. */
  run(...args: string[]): Promise<Outcome> {
    return this.exec([cli, ...args])
  }

  runBesideDevnet(flags: readonly string[], ...args: string[]): Promise<Outcome> {
    const lockstep = join(workspace, 'devnet/bin/lockstep.js')
    return this.exec([lockstep, 'run', ...flags, '--', node, cli, ...args])
  }

  private exec(args: readonly string[]): Promise<Outcome> {
    const env = { ...process.env, NO_COLOR: '1', HARDHAT_DISABLE_TELEMETRY_PROMPT: 'true' }
    return new Promise((resolve) => {
      execFile(node, args, { cwd: this.folder, env }, (error, stdout, stderr) =>
        resolve({ code: error ? Number(error.code) : 0, output: stdout + stderr }),
      )
    })
  }
}

const node = join(hardhatFolder ?? '', 'node_modules/node/bin/node')
const cli = join(hardhatFolder ?? '', 'node_modules/hardhat/dist/src/cli.js')

async function linkPackage(base: string, name: string): Promise<void> {
  const link = join(base, 'node_modules/@lockstep', name)
  await mkdir(dirname(link), { recursive: true })
  await rm(link, { force: true })
  await symlink(join(workspace, name), link)
}
