import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import solc from 'solc'
import type { Hex } from 'viem'

/** Creation code of one contract of a source, which may import what npm packages hold. */
export function compileSolidity(source: string, contract: string): Hex {
  const input = {
    language: 'Solidity',
    sources: { 'Source.sol': { content: source } },
    settings: {
      evmVersion: 'prague',
      optimizer: { enabled: true },
      outputSelection: { 'Source.sol': { [contract]: ['evm.bytecode.object'] } },
    },
  }
  const read = (name: string) => ({
    contents: readFileSync(
      fileURLToPath(new URL(`../node_modules/${name}`, import.meta.url)),
      'utf8',
    ),
  })
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: read }))
  const compiled = output.contracts?.['Source.sol']?.[contract]
  if (!compiled) throw new Error(JSON.stringify(output.errors))
  return `0x${compiled.evm.bytecode.object}`
}
