import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import solc from 'solc'
import type { Abi, Hex } from 'viem'
import { ExampleError } from './errors.js'

const require = createRequire(import.meta.url)

/** A contract ready to deploy. */
export interface Artifact {
  readonly abi: Abi
  readonly bytecode: Hex
}

/** Thrown when the Solidity compiler refuses a source, with its own message. */
export class CompilationError extends ExampleError {
  override readonly name = 'CompilationError'
}

/** The part of the compiler's standard JSON output that is read here. */
interface Output {
  readonly errors?: readonly { readonly severity: string; readonly formattedMessage: string }[]
  readonly contracts?: Record<
    string,
    Record<string, { readonly abi: Abi; readonly evm: { readonly bytecode: { object: string } } }>
  >
}

/**
 * Compiles contracts with the npm `solc`, under the settings of foundry.toml.
 * @param folder of the sources
 * @param names file names in it without `.sol`; each holds a contract of its own name
 * @param sourceOf what stands for an import that is to be read from elsewhere
 * @throws CompilationError
 */
export function compile<const Name extends string>(
  folder: URL,
  names: readonly Name[],
  sourceOf: SourceOf = () => undefined,
): Record<Name, Artifact> {
  const findImport = createResolver(folder, sourceOf)
  const input = {
    language: 'Solidity',
    sources: Object.fromEntries(names.map((name) => [`${name}.sol`, { urls: [`${name}.sol`] }])),
    settings: {
      evmVersion: 'prague',
      optimizer: { enabled: true, runs: 200 },
      outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object'] } },
    },
  }
  const output: Output = JSON.parse(solc.compile(JSON.stringify(input), { import: findImport }))
  const errors = output.errors?.filter((error) => error.severity === 'error') ?? []
  if (errors.length > 0)
    throw new CompilationError(errors.map((error) => error.formattedMessage).join('\n'))
  const artifacts = names.map((name) => {
    const contract = output.contracts?.[`${name}.sol`]?.[name]
    if (!contract?.evm.bytecode.object)
      throw new CompilationError(`${name}.sol holds no deployable contract ${name}.`)
    const { abi, evm } = contract
    return [name, { abi, bytecode: `0x${evm.bytecode.object}` }]
  })
  return Object.fromEntries(artifacts)
}

type SourceOf = (path: string) => string | undefined
type Source = { contents: string } | { error: string }

function createResolver(folder: URL, sourceOf: SourceOf): (path: string) => Source {
  return (path) => {
    try {
      const contents = sourceOf(path)
      if (contents !== undefined) return { contents }
      const file = path.startsWith('@') ? require.resolve(path) : new URL(path, folder)
      return { contents: readFileSync(file, 'utf8') }
    } catch (cause) {
      return { error: `${path}: ${cause instanceof Error ? cause.message : cause}` }
    }
  }
}
