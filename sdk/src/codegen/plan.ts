import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import type { LockstepConfig, ModelSource } from './config.js'
import { CodegenError } from './errors.js'
import { requireDistinct, toCamelCase } from './names.js'
import { mergeRegion, type Region } from './region.js'
import { type DescribedModel, signatureOf } from './signature.js'
import { libraryName, solidityHeader, solidityOf } from './solidity.js'
import { abiModuleOf, typescriptOf } from './typescript.js'

/** A file as it shall be. */
export interface PlannedFile {
  readonly path: string
  readonly text: string
  /** Whether the file on disk says the same already. */
  readonly isCurrent: boolean
}

export interface PlanOptions {
  /** Folder that the paths of the configuration start from. */
  readonly root: string
  /** What `lockstep inspect --json` prints of a model. */
  readonly describe: (source: ModelSource, name: string) => Promise<DescribedModel>
}

/**
 * Works out every file that the configuration asks for, and touches none.
 * @throws CodegenError for names that collide, artifacts that hold no ABI, and files that somebody else wrote.
 */
export async function planFiles(
  config: LockstepConfig,
  options: PlanOptions,
): Promise<readonly PlannedFile[]> {
  const { out = {}, models = {}, contracts = {} } = config
  const { typescript = 'src/generated', solidity = 'contracts/generated' } = out
  const names = [...Object.keys(models), ...Object.keys(contracts)]
  if (names.length === 0) throw nothingToGenerate()
  requireDistinct(names.map(toCamelCase), 'models or contracts')
  const wanted: { folder: string; file: string; region: Region; header?: string }[] = []
  for (const [name, given] of sorted(models)) {
    const source = typeof given === 'string' ? { file: given } : given
    const description = await options.describe(source, name)
    const signature = signatureOf(name, description, source)
    if (typescript !== false) {
      const region = { name, body: typescriptOf(signature) }
      wanted.push({ folder: typescript, file: `${toCamelCase(name)}.ts`, region })
    }
    if (solidity !== false) {
      const region = { name, body: solidityOf(signature) }
      const file = `${libraryName(name)}.sol`
      wanted.push({ folder: solidity, file, region, header: solidityHeader })
    }
  }
  for (const [name, artifact] of typescript === false ? [] : sorted(contracts)) {
    const abi = await readAbi(join(options.root, artifact), artifact)
    const region = { name, body: abiModuleOf(name, abi) }
    wanted.push({ folder: typescript as string, file: `${toCamelCase(name)}Abi.ts`, region })
  }
  return Promise.all(
    wanted.map(async ({ folder, file, region, header = '' }) => {
      const path = join(options.root, folder, file)
      const old = await readIfThere(path)
      const shown = relative(options.root, path)
      const text = mergeRegion(old, region, { path: shown, header })
      return { path, text, isCurrent: text === old }
    }),
  )
}

function nothingToGenerate(): CodegenError {
  return new CodegenError('The configuration names no models or contracts to generate code for.', {
    remedy: 'Add models: { name: path }.',
  })
}

/** Writes what is not current. @returns the paths written. */
export async function writeFiles(files: readonly PlannedFile[]): Promise<readonly string[]> {
  const stale = files.filter(({ isCurrent }) => !isCurrent)
  for (const { path, text } of stale) {
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, text)
  }
  return stale.map(({ path }) => path)
}

async function readAbi(path: string, shown: string): Promise<readonly unknown[]> {
  const text = await readIfThere(path)
  if (text === undefined) {
    throw new CodegenError(`There is no artifact ${shown}.`, {
      remedy: 'Compile the contracts first, with `forge build` or `npx hardhat build`.',
    })
  }
  const abi = parseArtifact(text, shown)?.abi
  if (Array.isArray(abi)) return abi
  throw new CodegenError(`${shown} holds no ABI.`, {
    remedy: 'Name the JSON artifact of a contract, such as out/Pool.sol/Pool.json.',
  })
}

function parseArtifact(text: string, shown: string): { readonly abi?: unknown } | null {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new CodegenError(`${shown} is no JSON.`, { cause })
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
}

/** By name: the order of keys in a configuration changes nothing. */
function sorted<T>(entries: Readonly<Record<string, T>>): readonly (readonly [string, T])[] {
  return Object.entries(entries).toSorted(([a], [b]) => (a < b ? -1 : 1))
}
