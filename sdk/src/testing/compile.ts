import { readFileSync } from 'node:fs'
import solc from 'solc'
import type { Abi, Hex } from 'viem'

interface Output {
  readonly errors?: readonly { readonly severity: string; readonly formattedMessage: string }[]
  readonly contracts: Record<
    string,
    Record<string, { readonly abi: Abi; readonly evm: { readonly bytecode: { object: string } } }>
  >
}

/** Compiles the contract of a file of this package. @param path from the package's folder, such as `contracts/X.sol` */
export function compile(path: string): { readonly abi: Abi; readonly bytecode: Hex } {
  const input = {
    language: 'Solidity',
    sources: { [path]: { urls: [path] } },
    settings: {
      evmVersion: 'prague',
      optimizer: { enabled: true, runs: 200 },
      outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object'] } },
    },
  }
  const findImport = (name: string) => ({
    contents: readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8'),
  })
  const output: Output = JSON.parse(solc.compile(JSON.stringify(input), { import: findImport }))
  const error = output.errors?.find(({ severity }) => severity === 'error')
  if (error) throw new Error(error.formattedMessage)
  const name = path.slice(path.lastIndexOf('/') + 1, -'.sol'.length)
  const contract = output.contracts[path]?.[name]
  if (!contract) throw new Error(`${path} holds no contract ${name}.`)
  return { abi: contract.abi, bytecode: `0x${contract.evm.bytecode.object}` }
}
