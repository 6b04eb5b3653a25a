import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { LintConfig } from '@lockstep/sdk/codegen'
import { describeSource } from '../../cli/describeSource.js'
import { temporaryFolder } from '../../node/testing/folder.js'
import type { Finding } from '../finding.js'
import { type LintOptions, type LintOutcome, lintProject } from '../lint.js'

const workspace = fileURLToPath(new URL('../../../..', import.meta.url))
const contracts = new URL('contracts/', import.meta.url)

/** A project of some files that depends on what is here, gone with the test. */
export async function project(
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<string> {
  const folder = await temporaryFolder()
  await symlink(join(workspace, 'node_modules'), join(folder, 'node_modules'))
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
  return folder
}

/** The contracts whose lines say what the rules find in them, as files of a project. */
export async function markedContracts(): Promise<Record<string, string>> {
  const names = await readdir(contracts)
  const read = names.map(async (name) => [
    `contracts/${name}`,
    await readFile(new URL(name, contracts), 'utf8'),
  ])
  return Object.fromEntries(await Promise.all(read))
}

/** What the lines of files say that the rules find, as `shown` shows it. */
export function marked(files: Readonly<Record<string, string>>): string[] {
  return Object.entries(files)
    .flatMap(([file, text]) =>
      text.split('\n').flatMap((line, index) => {
        const rule = /\/\/ finds (\S+)$/.exec(line)?.[1]
        return rule ? [`${file}:${index + 1} ${rule}`] : []
      }),
    )
    .sort()
}

export function shown(findings: readonly Finding[]): string[] {
  return findings.map(({ file, line, rule }) => `${file}:${line} ${rule}`).sort()
}

/** Lints a project with a configuration that no file holds. */
export function lint(
  folder: string,
  config: LintConfig = {},
  options: Partial<LintOptions> = { isCompiled: true },
): Promise<LintOutcome> {
  const loaded = {
    config: { lint: config },
    root: folder,
    path: join(folder, 'lockstep.config.ts'),
  }
  return lintProject({ folder, loaded, describe: describeSource, ...options })
}
