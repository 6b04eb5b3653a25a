import { execFile, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { compileExact, createWasmEngine, Dtype } from '@lockstep/precompile'
import { fromWad, inferenceActions, toWad } from '@lockstep/sdk'
import solc from 'solc'
import { type Abi, createWalletClient, type Hex, http, keccak256, publicActions } from 'viem'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { graphs } from '../../../sdk/test/graphs.js'
import { createDevnet, type Devnet } from '../devnet.js'
import { command, runCommand } from './testing/command.js'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const volatilityFile = join(root, 'examples/volatility/model/volatility.onnx')
const returns = [12, -4, 1, -9, 2, 7, -15, 3].map((each) => BigInt(each) * 10n ** 15n)

let devnet: Devnet
let client: ReturnType<typeof clientOf>

function clientOf(url: string) {
  const account = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'
  return createWalletClient({ account, transport: http(url), pollingInterval: 20 })
    .extend(publicActions)
    .extend(inferenceActions())
}

beforeAll(async () => {
  const volatility = await readFile(volatilityFile)
  devnet = await createDevnet({ port: 0, models: [volatility, ...Object.values(graphs)] })
  client = clientOf(devnet.url)
})
afterAll(() => devnet.close())

/** A project of its own with models in it, gone with the test. */
async function project(config: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-generate-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  await mkdir(join(folder, 'model'))
  await copyFile(volatilityFile, join(folder, 'model/volatility.onnx'))
  for (const name of ['pair', 'double', 'reciprocal'] as const) {
    await writeFile(join(folder, `model/${name}.onnx`), graphs[name])
  }
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
  await configure(folder, config)
  return folder
}

function configure(folder: string, config: string): Promise<void> {
  const text = `import { defineConfig } from '@lockstep/sdk/codegen'\n\nexport default defineConfig(${config})\n`
  return writeFile(join(folder, 'lockstep.config.ts'), text)
}

/** Deploys `contracts/Use.sol` of a project. @returns what calls it. */
async function deployUse(folder: string) {
  const { abi, bytecode } = compileIn(folder, 'contracts/Use.sol', 'Use')
  const hash = await client.deployContract({ abi, bytecode, chain: null })
  const { contractAddress } = await client.waitForTransactionReceipt({ hash })
  return (functionName: string, ...args: unknown[]) =>
    client.readContract({ address: contractAddress as Hex, abi, functionName, args })
}

/** The gas of one call, by three ways to write it; the precompile is warm, as after the first call of a transaction. */
const gasProbe = `// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {VolatilityModel} from "./generated/VolatilityModel.sol";
import {Inference} from "@lockstep/sdk/contracts/Inference.sol";

contract Use {
    function raw(int256[8] memory returns_) external view returns (uint256 gas) {
        int256[] memory x = _list(returns_);
        gas = gasleft();
        Inference.PRECOMPILE.infer(VolatilityModel.ID, x)[0];
        return gas - gasleft();
    }

    function library_(int256[8] memory returns_) external view returns (uint256 gas) {
        int256[] memory x = _list(returns_);
        gas = gasleft();
        Inference.inferScalar(VolatilityModel.ID, x);
        return gas - gasleft();
    }

    function typed(int256[8] memory returns_) external view returns (uint256 gas) {
        _list(returns_);
        gas = gasleft();
        VolatilityModel.predict(returns_);
        return gas - gasleft();
    }

    function _list(int256[8] memory returns_) private view returns (int256[] memory x) {
        x = new int256[](8);
        for (uint256 i; i < 8; ++i) x[i] = returns_[i];
        Inference.PRECOMPILE.infer(VolatilityModel.ID, x);
    }
}`

const generate = (folder: string, ...flags: string[]) =>
  runCommand(devnet.url, ['generate', '-c', join(folder, 'lockstep.config.ts'), ...flags])

const read = (folder: string, file: string) => readFile(join(folder, file), 'utf8')

const all = `{ models: {
  volatility: { file: './model/volatility.onnx', docs: 'The next day.', tensors: { returns: { unit: 'daily returns' } } },
  pair: './model/pair.onnx', double: './model/double.onnx', reciprocal: './model/reciprocal.onnx',
} }`

describe('generate', () => {
  test('default: a typed module and a typed library, formatted and documented', async () => {
    const folder = await project(all)
    const outcome = await generate(folder)
    expect(outcome).toMatchObject({ code: 0, stderr: '' })
    expect(await read(folder, 'src/generated/volatility.ts')).toMatchSnapshot()
    expect(await read(folder, 'contracts/generated/VolatilityModel.sol')).toMatchSnapshot()
    expect(await read(folder, 'src/generated/pair.ts')).toMatchSnapshot()
    expect(await read(folder, 'contracts/generated/PairModel.sol')).toMatchSnapshot()
  })

  test('behavior: the TypeScript compiles strictly, and answers as the chain does', async () => {
    const folder = await project(all)
    await generate(folder)
    await writeFile(
      join(folder, 'use.ts'),
      `import type { Client } from 'viem'
import { double } from './src/generated/double.js'
import { pair } from './src/generated/pair.js'
import { reciprocal } from './src/generated/reciprocal.js'
import { volatility } from './src/generated/volatility.js'

export async function use(client: Client) {
  const returns = [${returns.map((each) => `${each}n`).join(', ')}] as const
  const a = { dtype: 1, shape: [2], data: new Uint8Array(Float32Array.of(1, 2).buffer) } as const
  const b = { dtype: 7, shape: [2], data: new Uint8Array(BigInt64Array.of(3n, 4n).buffer) } as const
  const predicted: bigint = await volatility(client).predict({ returns })
  const half: bigint = await reciprocal(client).predict({ x: 2_000000000000000000n })
  const doubled: readonly bigint[] = await double(client).predict({ x: [1n, 2n, 3n] })
  const { integers } = await pair(client).predict({ a, b })
  return { predicted, half, doubled, integers: integers.data, gas: volatility(client).gas }
}

export const wrong = (client: Client) => [
  // @ts-expect-error: one return is missing
  volatility(client).predict({ returns: [1n, 2n, 3n, 4n, 5n, 6n, 7n] }),
  // @ts-expect-error: no such tensor
  volatility(client).predict({ prices: [] }),
  // @ts-expect-error: integers of 64 bits are no floats
  pair(client).predict({ a: { dtype: 7, shape: [2], data: new Uint8Array(16) } }),
]
`,
    )
    const tsc = join(root, 'node_modules/.bin/tsc')
    const flags = '--strict --exactOptionalPropertyTypes --noUncheckedIndexedAccess --skipLibCheck'
    const target = '--target es2022 --module nodenext --outDir dist --rootDir . use.ts'
    const args = `${flags} ${target}`.split(' ')
    await promisify(execFile)(tsc, args, { cwd: folder }).catch(({ stdout }) => {
      expect.unreachable(stdout)
    })
    const { use } = await import(pathToFileURL(join(folder, 'dist/use.js')).href)
    const model = keccak256(await readFile(volatilityFile))
    const [predicted] = await client.inference.infer({ model, x: returns })
    expect(await use(client)).toEqual({
      predicted,
      half: toWad('0.5'),
      doubled: [2n, 4n, 6n],
      integers: new Uint8Array(BigInt64Array.of(6n, 8n).buffer),
      gas: Number(await client.inference.quote({ model, shapes: [[1, 8]] })),
    })
  })

  test('behavior: the Solidity compiles, and answers as the chain does', async () => {
    const folder = await project(all)
    await generate(folder)
    await writeFile(
      join(folder, 'contracts/Use.sol'),
      `// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {DoubleModel} from "./generated/DoubleModel.sol";
import {PairModel} from "./generated/PairModel.sol";
import {ReciprocalModel} from "./generated/ReciprocalModel.sol";
import {VolatilityModel} from "./generated/VolatilityModel.sol";
import {IInference} from "@lockstep/sdk/contracts/interfaces/IInference.sol";

contract Use {
    function volatility(int256[8] memory returns_) external view returns (int256) {
        return VolatilityModel.predict(returns_);
    }

    function doubled(int256[] memory x) external view returns (int256[] memory) {
        return DoubleModel.predict(x);
    }

    function half() external view returns (int256) {
        return ReciprocalModel.predict(2e18);
    }

    function pair(IInference.Tensor[] memory inputs) external view returns (IInference.Tensor[] memory) {
        return PairModel.predict(inputs);
    }

    function lengths() external pure returns (uint256, uint256) {
        return (VolatilityModel.RETURNS_LENGTH, VolatilityModel.GAS);
    }

}
`,
    )
    const ask = await deployUse(folder)
    const model = keccak256(await readFile(volatilityFile))
    const [predicted] = await client.inference.infer({ model, x: returns })
    expect(await ask('volatility', returns)).toBe(predicted)
    expect(await ask('doubled', [1n, 2n, 3n])).toEqual([2n, 4n, 6n])
    expect(await ask('half')).toBe(toWad('0.5'))
    expect(await ask('lengths')).toEqual([
      8n,
      await client.inference.quote({ model, shapes: [[1, 8]] }),
    ])
    const a = { dtype: 1, shape: [2], data: '0x0000803f00000040' }
    const b = { dtype: 7, shape: [2], data: `0x${'03'.padEnd(16, '0')}${'04'.padEnd(16, '0')}` }
    expect(await ask('pair', [a, b])).toMatchObject([
      { dtype: 1, data: '0x0000004000008040' },
      { dtype: 7, data: `0x${'06'.padEnd(16, '0')}${'08'.padEnd(16, '0')}` },
    ])
  })

  test('behavior: an exact model’s code answers as the chain does, and knows its scales', async () => {
    const engine = createWasmEngine({ threads: 1 })
    onTestFinished(() => engine.close())
    const x = (i: number) => Float32Array.of(0.5, -0.25, i / 8, 1)
    const calibration = Array.from({ length: 9 }, (_, i) => ({
      x: { dtype: Dtype.float32, shape: [1, 4], data: new Uint8Array(x(i).buffer) },
    }))
    const { bytes } = await compileExact(graphs.affine, { calibration, engine })
    await client.inference.deployModelSync({ bytes })
    const folder = await project(`{ models: { affine: './model/affine.onnx' } }`)
    await writeFile(join(folder, 'model/affine.onnx'), bytes)
    expect((await generate(folder)).code).toBe(0)
    const typescript = await readFile(join(folder, 'src/generated/affine.ts'), 'utf8')
    expect(typescript).toContain("class: 'exact'")
    const solidity = await readFile(join(folder, 'contracts/generated/AffineModel.sol'), 'utf8')
    expect(solidity).toMatch(/int256 internal constant X_SCALE = \d+;/)
    await writeFile(
      join(folder, 'contracts/Use.sol'),
      `// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {AffineModel} from "./generated/AffineModel.sol";

contract Use {
    function affine(int256[4] memory x) external view returns (int256[2] memory) {
        return AffineModel.predict(x);
    }
}`,
    )
    const ask = await deployUse(folder)
    const input = [toWad('0.5'), toWad('-0.25'), toWad('0.75'), toWad('1')]
    const model = keccak256(bytes)
    const answer = (await ask('affine', input)) as bigint[]
    expect(answer).toEqual(await client.inference.infer({ model, x: input }))
    // x·W + b, within what the integers round.
    expect(Number(fromWad(answer[0] ?? 0n))).toBeCloseTo(-1, 1)
    expect(Number(fromWad(answer[1] ?? 0n))).toBeCloseTo(-0.65625, 1)
  })

  test('behavior: the gas that a typed library adds to a raw call is the published one', async () => {
    const folder = await project(all)
    await generate(folder)
    await writeFile(join(folder, 'contracts/Use.sol'), gasProbe)
    const ask = await deployUse(folder)
    const names = ['raw', 'library_', 'typed']
    const [raw = 0n, ...others] = (await Promise.all(
      names.map((name) => ask(name, returns)),
    )) as bigint[]
    const [library = 0n, typed = 0n] = others
    const row = (call: string, gas: bigint) =>
      `| ${call} | ${gas.toLocaleString('en')} | ${(gas - raw).toLocaleString('en')} |`
    const rows = [
      row('the precompile', raw),
      row('`Inference.inferScalar`', library),
      row('`VolatilityModel.predict`', typed),
    ]
    const page = await readFile(join(root, 'docs/gas.md'), 'utf8')
    expect(page.replaceAll(/ +/g, ' ').split('\n')).toEqual(expect.arrayContaining(rows))
  })

  test('behavior: the same code from the same models, whatever the order', async () => {
    const folder = await project(
      `{ models: { double: './model/double.onnx', pair: './model/pair.onnx' } }`,
    )
    await generate(folder)
    const files = ['src/generated/double.ts', 'contracts/generated/PairModel.sol']
    const first = await Promise.all(files.map((file) => read(folder, file)))
    await rm(join(folder, 'src'), { recursive: true })
    await configure(
      folder,
      `{ models: { pair: './model/pair.onnx', double: './model/double.onnx' } }`,
    )
    await generate(folder)
    expect(await Promise.all(files.map((file) => read(folder, file)))).toEqual(first)
  })

  test('behavior: --check writes nothing, and fails where something changed', async () => {
    const folder = await project(`{ models: { double: './model/double.onnx' } }`)
    const missing = await generate(folder, '--check')
    expect(missing.code).toBe(1)
    expect(missing.stdout).toContain('DoubleModel.sol')
    await expect(read(folder, 'src/generated/double.ts')).rejects.toThrow('ENOENT')
    await generate(folder)
    expect(await generate(folder, '--check')).toMatchObject({
      code: 0,
      stdout: '2 files are up to date.\n',
    })
    await writeFile(join(folder, 'model/double.onnx'), graphs.reciprocal)
    const { code, stdout } = await generate(folder, '--check', '--json')
    expect(code).toBe(1)
    expect(JSON.parse(stdout).stale).toHaveLength(2)
    expect(await read(folder, 'src/generated/double.ts')).toContain(keccak256(graphs.double))
  })

  test('behavior: what others wrote around the code stays, and is never written over', async () => {
    const folder = await project(`{ models: { double: './model/double.onnx' } }`)
    await generate(folder)
    const file = 'src/generated/double.ts'
    const whole = await read(folder, file)
    const mine = ['// Mine, before.\n', '\nexport const mine = 1\n']
    await writeFile(join(folder, file), mine.join(whole))
    expect((await generate(folder, '--check')).code).toBe(0)
    await writeFile(join(folder, 'model/double.onnx'), graphs.reciprocal)
    await generate(folder)
    const renewed = await read(folder, file)
    expect(renewed.startsWith(mine[0] as string) && renewed.endsWith(mine[1] as string)).toBe(true)
    expect(renewed).toContain(keccak256(graphs.reciprocal))
    await writeFile(join(folder, file), 'export const all = "mine"\n')
    const refused = await generate(folder)
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain('src/generated/double.ts exists and was not generated')
    expect(await read(folder, file)).toBe('export const all = "mine"\n')
  })

  test('behavior: models of a running chain, by id, and the ABI of an artifact', async () => {
    const id = keccak256(graphs.double)
    const folder = await project(
      `{ models: { double: { id: '${id}' } }, rpcUrl: '${devnet.url}', contracts: { Pool: './Pool.json' }, out: { solidity: false } }`,
    )
    const abi = [{ type: 'function', name: "it's", inputs: [], outputs: [] }]
    await writeFile(join(folder, 'Pool.json'), JSON.stringify({ abi }))
    expect(await generate(folder)).toMatchObject({ code: 0 })
    expect(await read(folder, 'src/generated/double.ts')).toContain(id)
    expect(await read(folder, 'src/generated/poolAbi.ts')).toContain("name: 'it\\'s'")
    await expect(read(folder, 'contracts/generated/DoubleModel.sol')).rejects.toThrow('ENOENT')
  })

  test('behavior: --watch generates anew when a model changes', async () => {
    const folder = await project(`{ models: { double: './model/double.onnx' } }`)
    const args = [command, 'generate', '--watch', '-c', join(folder, 'lockstep.config.ts')]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    onTestFinished(() => void child.kill())
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    const heard = async (text: string) => {
      for (let line = await lines.next(); !line.done; line = await lines.next()) {
        if (line.value.includes(text)) return
      }
      expect.unreachable(`the command ended without "${text}"`)
    }
    await heard('Watching')
    await writeFile(join(folder, 'model/double.onnx'), graphs.reciprocal)
    await heard('DoubleModel.sol')
    const id = keccak256(graphs.reciprocal)
    expect(await read(folder, 'src/generated/double.ts')).toContain(id)
    await writeFile(join(folder, 'model/next.onnx'), graphs.pair)
    await configure(folder, `{ models: { double: './model/next.onnx' } }`)
    await heard('DoubleModel.sol')
    await writeFile(join(folder, 'model/next.onnx'), graphs.pick)
    await heard('DoubleModel.sol')
    expect(await read(folder, 'src/generated/double.ts')).toContain(keccak256(graphs.pick))
  })

  test.each([
    ['no models', '{ models: {} }', 1, 'exports no configuration with models'],
    ['a file that is not there', "{ models: { a: './no.onnx' } }", 2, 'cannot be read'],
    ['a file that is no model', "{ models: { a: './package.json' } }", 3, ''],
    ['a name without letters', "{ models: { '7': './model/double.onnx' } }", 1, 'gives no name'],
    [
      'names that collide',
      "{ models: { 'a-b': './model/double.onnx', aB: './model/pair.onnx' } }",
      1,
      'would both be called aB',
    ],
    [
      'an artifact that is not there',
      "{ models: { a: './model/double.onnx' }, contracts: { B: 'out/B.json' } }",
      1,
      'There is no artifact out/B.json',
    ],
    ['code that throws', "(() => { throw new Error('on purpose') })()", 1, 'on purpose'],
  ])('error: %s', async (_, config, code, message) => {
    const outcome = await generate(await project(config))
    expect(outcome.code).toBe(code)
    expect(outcome.stderr).toContain(message)
  })

  test('error: a model that the chain does not list, and no configuration', async () => {
    const folder = await project(
      `{ models: { a: { id: '0x${'12'.repeat(32)}' } }, rpcUrl: '${devnet.url}' }`,
    )
    expect((await generate(folder)).stderr).toContain('is not registered on this chain')
    await rm(join(folder, 'lockstep.config.ts'))
    expect((await generate(folder)).stderr).toContain('There is no configuration')
  })
})

/** Compiles a contract of a project whose imports stand in its folder, or in this repository's packages. */
function compileIn(folder: string, path: string, name: string): { abi: Abi; bytecode: Hex } {
  const sources = { [path]: { content: readFileSync(join(folder, path), 'utf8') } }
  const outputSelection = { '*': { '*': ['abi', 'evm.bytecode.object'] } }
  const input = { language: 'Solidity', sources, settings: { outputSelection } }
  const find = (file: string) => {
    const own = file.replace('@lockstep/sdk/', `${join(root, 'sdk')}/`)
    return { contents: readFileSync(own === file ? join(folder, file) : own, 'utf8') }
  }
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: find }))
  const errors = (output.errors ?? []).filter(
    (each: { severity: string }) => each.severity === 'error',
  )
  expect(errors).toEqual([])
  const { abi, evm } = output.contracts[path][name]
  return { abi, bytecode: `0x${evm.bytecode.object}` }
}
