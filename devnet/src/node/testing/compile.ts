import { readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import solc from 'solc'
import type { Hex } from '../node.js'

const workspace = resolve(dirname(fileURLToPath(import.meta.url)), '../../../..')
const folder = relative(workspace, dirname(fileURLToPath(import.meta.url)))

/** Compiles a contract of this folder. */
export function compile(file: string, contract: string): { bytecode: Hex; runtimeCode: Hex } {
  const path = join(folder, file)
  const read = (name: string) => ({ contents: readFileSync(join(workspace, name), 'utf8') })
  const input = {
    language: 'Solidity',
    sources: { [path]: { content: read(path).contents } },
    settings: {
      evmVersion: 'london',
      optimizer: { enabled: true },
      outputSelection: { '*': { '*': ['evm.bytecode.object', 'evm.deployedBytecode.object'] } },
    },
  }
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: read }))
  const compiled = output.contracts?.[path]?.[contract]
  if (!compiled) throw new Error(JSON.stringify(output.errors))
  return {
    bytecode: `0x${compiled.evm.bytecode.object}`,
    runtimeCode: `0x${compiled.evm.deployedBytecode.object}`,
  }
}
