import { execFile } from 'node:child_process'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import solc from 'solc'
import { describe, expect, test } from 'vitest'
import {
  NoArtifactsError,
  NoSyntaxTreeError,
  StaleArtifactsError,
  UnreadableFileError,
} from './errors.js'
import { lint, project, shown } from './testing/project.js'

const pool = `// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IInference} from "@lockstep/sdk/contracts/interfaces/IInference.sol";
import {ModelId} from "@lockstep/sdk/contracts/types/ModelId.sol";
import {Prices} from "./Prices.sol";

/// Ünïcode before the finding: the compiler counts bytes.
contract Pool {
    function fee(IInference models, ModelId model, int256 price) external view returns (int256) {
        return /* ü */ models.infer(model, Prices.one(price))[0];
    }
}
`

const prices = `// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

library Prices {
    function one(int256 price) internal pure returns (int256[] memory x) {
        x = new int256[](1);
        x[0] = price;
    }
}
`

const foundryToml = `[profile.default]
src = "contracts"
libs = ["node_modules"]
solc = "./node_modules/.bin/lockstep-solc"
offline = true
`

const sources = { 'contracts/Pool.sol': pool, 'contracts/Prices.sol': prices }
const found = ['contracts/Pool.sol:11 unguarded-inference']
const fromArtifacts = {}

/** Builds with the forge that npm has; its wrapper exits with 0 whatever forge does. */
async function forgeBuild(folder: string): Promise<void> {
  const forge = join(folder, 'node_modules/.bin/forge')
  const { stdout } = await promisify(execFile)(forge, ['build', '--ast'], { cwd: folder })
  expect(stdout).toContain('Compiler run successful')
}

describe('artifacts of Foundry', () => {
  test('default: trees, where they are and as they are', async () => {
    const remappings = '@lockstep/sdk/=node_modules/@lockstep/sdk/\n'
    const files = { ...sources, 'foundry.toml': foundryToml, 'remappings.txt': remappings }
    const folder = await project(files)
    await expect(lint(folder, {}, fromArtifacts)).rejects.toThrow(NoArtifactsError)

    await forgeBuild(folder)
    const outcome = await lint(folder, {}, fromArtifacts)
    expect(shown(outcome.findings)).toEqual(found)
    expect(outcome).toMatchObject({ unseen: [], files: 2 })
    // Columns are those of an editor.
    expect(outcome.findings[0]?.column).toBe(24)

    await writeFile(join(folder, 'contracts/New.sol'), prices)
    expect(await lint(folder, {}, fromArtifacts)).toMatchObject({ unseen: ['contracts/New.sol'] })

    await writeFile(join(folder, 'contracts/Pool.sol'), `${pool}\n`)
    const stale = lint(folder, {}, fromArtifacts)
    await expect(stale).rejects.toThrow(StaleArtifactsError)
    await expect(stale).rejects.toThrow(
      /older than what they were made of: contracts\/Pool\.sol\.\n/,
    )
    expect(shown((await lint(folder)).findings)).toEqual(found)
  })

  test('error: artifacts without trees, as forge writes them by default', async () => {
    const artifact = JSON.stringify({ abi: [], bytecode: { object: '0x' }, id: 0 })
    const folder = await project({ ...sources, 'out/Pool.sol/Pool.json': artifact })
    const linted = lint(folder, {}, fromArtifacts)
    await expect(linted).rejects.toThrow(NoSyntaxTreeError)
    await expect(linted).rejects.toThrow(/out hold no syntax trees\.\n.*forge build --ast/)
  })

  test('error: an artifact that is no JSON', async () => {
    const folder = await project({ ...sources, 'out/Pool.sol/Pool.json': '{' })
    await expect(lint(folder, {}, fromArtifacts)).rejects.toThrow(UnreadableFileError)
  })
})

/** What the compiler answers, and what it was asked. */
async function compile(folder: string, texts: Readonly<Record<string, string>>) {
  const input = {
    language: 'Solidity',
    sources: Object.fromEntries(
      Object.entries(texts).map(([file, content]) => [`project/${file}`, { content }]),
    ),
    settings: { outputSelection: { '*': { '': ['ast'] } } },
  }
  const libraries = new Map<string, string>()
  for (const file of ['interfaces/IInference.sol', 'types/ModelId.sol']) {
    const name = `@lockstep/sdk/contracts/${file}`
    libraries.set(name, await readFile(join(folder, 'node_modules', name), 'utf8'))
  }
  const findImport = (name: string) => ({ contents: libraries.get(name) ?? '' })
  return { input, output: JSON.parse(solc.compile(JSON.stringify(input), { import: findImport })) }
}

describe('artifacts of Hardhat', () => {
  const builds = 'artifacts/build-info'

  test('behavior: the builds of Hardhat 3, old ones beside newer ones', async () => {
    const folder = await project(sources)
    await mkdir(join(folder, builds), { recursive: true })
    const write = async (id: string, texts: Readonly<Record<string, string>>) => {
      const { input, output } = await compile(folder, texts)
      const file = join(folder, builds, id)
      await writeFile(`${file}.json`, JSON.stringify({ _format: 'hh3-sol-build-info-1', input }))
      const answer = { _format: 'hh3-sol-build-info-output-1', output }
      await writeFile(`${file}.output.json`, JSON.stringify(answer))
    }
    await write('solc-a', { ...sources, 'contracts/Pool.sol': pool.replace('ü', 'u') })
    await expect(lint(folder, {}, fromArtifacts)).rejects.toThrow(StaleArtifactsError)
    await write('solc-b', sources)
    expect(shown((await lint(folder, {}, fromArtifacts)).findings)).toEqual(found)

    await rm(join(folder, builds, 'solc-b.output.json'))
    await expect(lint(folder, {}, fromArtifacts)).rejects.toThrow(UnreadableFileError)
  })

  test('behavior: a build of Hardhat 2; one without trees is refused', async () => {
    const folder = await project(sources)
    await mkdir(join(folder, builds), { recursive: true })
    const { input, output } = await compile(folder, sources)
    const build = { _format: 'hh-sol-build-info-1', input, output }
    await writeFile(join(folder, builds, 'a.json'), JSON.stringify(build))
    const options = { artifacts: 'artifacts' }
    expect(shown((await lint(folder, {}, options)).findings)).toEqual(found)

    for (const source of Object.values<{ ast?: unknown }>(output.sources)) delete source.ast
    await writeFile(join(folder, builds, 'a.json'), JSON.stringify(build))
    await expect(lint(folder, {}, options)).rejects.toThrow(NoSyntaxTreeError)
  })
})
