import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createDevnet, type Devnet } from '@lockstep/devnet'
import { connect, type DemoClient } from '@lockstep/example-volatility/client'
import { compile } from '@lockstep/example-volatility/compile'
import { deployArtifact } from '@lockstep/example-volatility/transaction'
import {
  createInferencePrecompile,
  createMemoryStore,
  createReferenceEngine,
  createWasmEngine,
  Dtype,
  type Engine,
  inferenceAbi,
  readModel,
} from '@lockstep/precompile'
import {
  type Address,
  bytesToHex,
  decodeFunctionResult,
  encodeFunctionData,
  type Hex,
  hexToBytes,
} from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  deployNumerals,
  type Minted,
  mint,
  numeralsAbi,
  readGenerator,
  readShades,
  readSvg,
  SIDE,
} from '../src/art.js'

const ROUNDS = 4
const wad = 10n ** 18n

let devnet: Devnet
let engine: Engine
let client: DemoClient
let contract: Address
const tokens: { numeral: number; minted: Minted; shades: Uint8Array }[] = []

beforeAll(async () => {
  devnet = await createDevnet({ port: 0 })
  engine = createWasmEngine({ threads: 1 })
  client = await connect(devnet.url)
  contract = (await deployNumerals(client, engine)).contract
  for (let i = 0; i < 10 * ROUNDS; i++) {
    const numeral = i % 10
    const minted = await mint(client, contract, numeral)
    tokens.push({ numeral, minted, shades: await readShades(client, contract, minted.token) })
  }
})

afterAll(async () => {
  await engine.close()
  await devnet.close()
})

describe('a minted picture', () => {
  test('is what the reference semantics draw from its seed, to the last pixel', async () => {
    const store = createMemoryStore()
    const model = await store.put(await readGenerator(engine))
    const precompile = createInferencePrecompile({ store, engine: createReferenceEngine() })
    for (const { numeral, minted, shades } of tokens.slice(0, 10)) {
      const x = handOf(minted.seed, numeral)
      const data = encodeFunctionData({
        abi: inferenceAbi,
        functionName: 'infer',
        args: [model, x],
      })
      const { returnData } = await precompile.call(hexToBytes(data), 10n ** 9n)
      const ink = decodeFunctionResult({
        abi: inferenceAbi,
        functionName: 'infer',
        data: bytesToHex(returnData),
      })
      expect(Array.from(shades)).toEqual((ink as readonly bigint[]).map(shadeOf))
    }
    await precompile.close()
  })

  test('shows its numeral: the digit reader, which never saw it, reads nearly all', async () => {
    const reader = readModel(
      await readFile(new URL('../../exact/model/digits.onnx', import.meta.url)),
    )
    let right = 0
    for (const { numeral, shades } of tokens) {
      const image = Float32Array.from(shades, (shade) => shade / 3)
      const data = new Uint8Array(image.buffer)
      const [scores] = await engine.run(reader, [
        { dtype: Dtype.float32, shape: [1, 1, SIDE, SIDE], data },
      ])
      const floats = new Float32Array((scores?.data ?? new Uint8Array()).slice().buffer)
      if (floats.indexOf(Math.max(...floats)) === numeral) right++
    }
    // 880 of 1,000 in the long run; forty handwritings of chance may hold a few more that are hard to read.
    expect(right / tokens.length).toBeGreaterThanOrEqual(0.75)
  })

  test('is unlike every other', () => {
    const pictures = new Set(tokens.map(({ shades }) => shades.join('')))
    expect(pictures.size).toBe(tokens.length)
  })

  test('is in the token’s own URI, pixel for pixel', async () => {
    for (const { minted, shades } of tokens.slice(0, 10)) {
      expect(rasterise(await readSvg(client, contract, minted.token))).toEqual(shades)
    }
  })
})

describe('mint', () => {
  test('is one transaction, and one inference', async () => {
    const { hash, token } = (tokens[0] as (typeof tokens)[number]).minted
    const inferences = await client.inference.getInferences({ hash })
    expect(inferences.map(({ success }) => success)).toEqual([true])
    const owner = await client.readContract({
      address: contract,
      abi: numeralsAbi,
      functionName: 'ownerOf',
      args: [token],
    })
    expect(owner.toLowerCase()).toBe(client.account.address.toLowerCase())
  })

  test('error: a numeral that is none mints nothing', async () => {
    await expect(mint(client, contract, 10)).rejects.toThrow('Error: NoNumeral(uint8 numeral)')
    const missing = readSvg(client, contract, BigInt(tokens.length))
    await expect(missing).rejects.toThrow('ERC721NonexistentToken')
  })

  test('error: a model that draws no picture mints nothing', async () => {
    const bytes = await readFile(new URL('../../exact/model/digits.onnx', import.meta.url))
    const { id } = await client.inference.deployModelSync({ bytes })
    const { Numerals } = compile(new URL('../contracts/', import.meta.url), ['Numerals'])
    const wrong = await deployArtifact(client, Numerals, [id])
    await expect(mint(client, wrong, 1)).rejects.toThrow('ShapeMismatch')
  })
})

describe('the command', () => {
  test('npm start draws four numerals', async () => {
    const run = promisify(execFile)
    const { stdout } = await run('npm', ['start', '--silent', '--', '--rpc-url', devnet.url], {
      cwd: fileURLToPath(new URL('..', import.meta.url)),
    })
    expect(stdout.match(/^#\d+, a [2038]: [\d,]+ gas in 0x[0-9a-f]{64}$/gm)).toHaveLength(4)
  })
})

/** `Handwriting.from` in other words. */
function handOf(seed: Hex, numeral: number): bigint[] {
  const bytes = hexToBytes(seed)
  const hand = Array.from({ length: 4 }, (_, i) => {
    const sum = bytes.subarray(8 * i, 8 * i + 8).reduce((total, byte) => total + byte, 0)
    return ((BigInt(sum) - 1020n) * wad * wad) / (20902n * 10n ** 16n)
  })
  return [...hand, ...Array.from({ length: 10 }, (_, i) => (i === numeral ? wad : 0n))]
}

/** `Picture.pack` in other words. */
function shadeOf(ink: bigint): number {
  const shade = Number((ink * 4n) / wad)
  return Math.min(3, Math.max(0, shade))
}

/** Reads the only kind of SVG that the contract writes. */
function rasterise(svg: string): Uint8Array {
  const whole =
    /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 28 28" shape-rendering="crispEdges"><path fill="#fdf6e3" d="M0 0h28v28H0z"\/><g fill="#073642">((?:<path opacity="[\d.]+" d="(?:M\d+ \d+h\d+v1h-\d+z)+"\/>)*)<\/g><\/svg>$/
  const paths = whole.exec(svg)?.[1]
  if (paths === undefined) expect.unreachable(`not the SVG that is expected: ${svg}`)
  const shades = new Uint8Array(SIDE * SIDE)
  for (const [, opacity, d = ''] of paths.matchAll(/opacity="([\d.]+)" d="([^"]+)"/g)) {
    const shade = opacity === '1' ? 3 : opacity === '.67' ? 2 : 1
    for (const [, x, y, length, back] of d.matchAll(/M(\d+) (\d+)h(\d+)v1h-(\d+)z/g)) {
      expect(back).toBe(length)
      shades.fill(
        shade,
        Number(y) * SIDE + Number(x),
        Number(y) * SIDE + Number(x) + Number(length),
      )
    }
  }
  return shades
}
