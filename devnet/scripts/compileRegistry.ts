import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import solc from 'solc'

const workspace = resolve(dirname(fileURLToPath(import.meta.url)), '../..')
const source = 'devnet/contracts/ModelRegistry.sol'
const target = 'devnet/src/node/registryBytecode.ts'

/**
 * Compiles the registry for genesis. The code holds no hash of the metadata, so that a comment changes nothing.
 * @returns the contract's runtime code.
 */
export function compileRegistry(): `0x${string}` {
  const input = {
    language: 'Solidity',
    sources: { [source]: { content: readFileSync(join(workspace, source), 'utf8') } },
    settings: {
      // PUSH0 and later opcodes would be invalid on the oldest fork that a chain may start with.
      evmVersion: 'london',
      optimizer: { enabled: true, runs: 200 },
      metadata: { appendCBOR: false, bytecodeHash: 'none' },
      outputSelection: { '*': { ModelRegistry: ['evm.deployedBytecode.object'] } },
    },
  }
  const output = JSON.parse(
    solc.compile(JSON.stringify(input), {
      import: (path: string) => ({ contents: readFileSync(join(workspace, path), 'utf8') }),
    }),
  )
  const problems = (output.errors ?? []).filter(
    (problem: { severity: string }) => problem.severity === 'error',
  )
  if (problems.length > 0) {
    throw new Error(
      problems.map((p: { formattedMessage: string }) => p.formattedMessage).join('\n'),
    )
  }
  return `0x${output.contracts[source].ModelRegistry.evm.deployedBytecode.object}`
}

/** The module that carries the code. */
export function registryModule(code: string): string {
  const lines = code.slice(2).match(/.{1,92}/g) ?? []
  return [
    "import type { Hex } from './node.js'",
    '',
    '/** Runtime code of contracts/ModelRegistry.sol. Written by scripts/compileRegistry.ts. */',
    'export const registryBytecode: Hex = `0x$' + '{[',
    ...lines.map((line) => `  '${line}',`),
    "].join('')}`",
    '',
  ].join('\n')
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  writeFileSync(join(workspace, target), registryModule(compileRegistry()))
  process.stdout.write(`wrote ${target}\n`)
}
