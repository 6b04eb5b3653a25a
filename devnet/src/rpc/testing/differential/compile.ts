import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import solc from 'solc'
import type { Abi } from 'viem'
import type { Hex } from '../../../node/node.js'

export interface Compiled {
  readonly abi: Abi
  readonly bytecode: Hex
}

/** Compiles `Corpus.sol` with the contracts that it imports from npm. */
export function compileCorpus(): Record<string, Compiled> {
  const require = createRequire(import.meta.url)
  const file = 'Corpus.sol'
  const input = {
    language: 'Solidity',
    sources: {
      [file]: { content: readFileSync(fileURLToPath(new URL(file, import.meta.url)), 'utf8') },
    },
    settings: {
      evmVersion: 'cancun',
      optimizer: { enabled: true },
      outputSelection: { [file]: { '*': ['abi', 'evm.bytecode.object'] } },
    },
  }
  const find = (name: string) => ({ contents: readFileSync(require.resolve(name), 'utf8') })
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: find }))
  const compiled = output.contracts?.[file]
  if (!compiled) throw new Error(JSON.stringify(output.errors))
  return Object.fromEntries(
    Object.entries<{ abi: Abi; evm: { bytecode: { object: string } } }>(compiled).map(
      ([name, { abi, evm }]) => [name, { abi, bytecode: `0x${evm.bytecode.object}` as const }],
    ),
  )
}
