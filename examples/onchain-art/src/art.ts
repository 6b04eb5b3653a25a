import { readFile } from 'node:fs/promises'
import type { DemoClient } from '@lockstep/example-volatility/client'
import { compile } from '@lockstep/example-volatility/compile'
import { ExampleError } from '@lockstep/example-volatility/errors'
import { createRandom } from '@lockstep/example-volatility/random'
import { deployArtifact, execute } from '@lockstep/example-volatility/transaction'
import { compileExact, Dtype, type Engine, type Tensor } from '@lockstep/precompile'
import { type Address, type Hex, hexToBytes, parseAbi, parseEventLogs } from 'viem'

export const numeralsAbi = parseAbi([
  'event Drawn(uint256 indexed token, uint8 indexed numeral, bytes32 seed)',
  'error NoNumeral(uint8 numeral)',
  'error ERC721NonexistentToken(uint256 tokenId)',
  'function mint(uint8 numeral) returns (uint256 token)',
  'function drawing(uint256 token) view returns (uint8 numeral, bytes32 seed, bytes ink)',
  'function tokenURI(uint256 token) view returns (string)',
  'function ownerOf(uint256 token) view returns (address)',
])

export const SIDE = 28
const LATENT = 4
const NUMERALS = 10
const MODEL = new URL('../model/numerals.onnx', import.meta.url)

/** The generator as the chain gets it: integers alone, so that every node draws the same picture. */
export async function readGenerator(engine: Engine): Promise<Uint8Array> {
  const { bytes } = await compileExact(await readFile(MODEL), { calibration: hands(64), engine })
  return bytes
}

/** Handwritings as a mint makes them. */
function hands(count: number): Record<string, Tensor>[] {
  const random = createRandom(1)
  return Array.from({ length: count }, (_, i) => {
    const hand = new Float32Array(LATENT + NUMERALS)
    for (let j = 0; j < LATENT; j++) {
      const bytes = Array.from({ length: 8 }, () => Math.floor(256 * random()))
      hand[j] = (bytes.reduce((sum, byte) => sum + byte, 0) - 1020) / 209.02
    }
    hand[LATENT + (i % NUMERALS)] = 1
    const data = new Uint8Array(hand.buffer)
    return { hand: { dtype: Dtype.float32, shape: [1, LATENT + NUMERALS], data } }
  })
}

/** Deploys the generator and the collection. */
export async function deployNumerals(
  client: DemoClient,
  engine: Engine,
): Promise<{ readonly contract: Address; readonly model: Hex }> {
  const { id: model } = await client.inference.deployModelSync({
    bytes: await readGenerator(engine),
  })
  const { Numerals } = compile(new URL('../contracts/', import.meta.url), ['Numerals'])
  return { contract: await deployArtifact(client, Numerals, [model]), model }
}

/** A token, as its mint left it. */
export interface Minted {
  readonly hash: Hex
  readonly gasUsed: bigint
  readonly token: bigint
  readonly seed: Hex
}

/** Mints a numeral in one transaction. @param numeral 0 to 9 */
export async function mint(
  client: DemoClient,
  contract: Address,
  numeral: number,
): Promise<Minted> {
  const receipt = await execute(client, {
    address: contract,
    abi: numeralsAbi,
    functionName: 'mint',
    args: [numeral],
  })
  const { gasUsed, logs, transactionHash: hash } = receipt
  const [drawn] = parseEventLogs({ abi: numeralsAbi, logs, eventName: 'Drawn' })
  if (!drawn) throw new ExampleError(`${hash} drew nothing.`)
  return { hash, gasUsed, token: drawn.args.token, seed: drawn.args.seed }
}

/** The shades of a token's pixels, 0 for paper to 3 for ink, row by row. */
export async function readShades(
  client: DemoClient,
  contract: Address,
  token: bigint,
): Promise<Uint8Array> {
  const [, , ink] = await client.readContract({
    address: contract,
    abi: numeralsAbi,
    functionName: 'drawing',
    args: [token],
  })
  const bytes = hexToBytes(ink)
  return Uint8Array.from({ length: SIDE * SIDE }, (_, i) => {
    return ((bytes[i >> 2] as number) >> (2 * (i & 3))) & 3
  })
}

/** A token's picture, out of its `tokenURI`. */
export async function readSvg(
  client: DemoClient,
  contract: Address,
  token: bigint,
): Promise<string> {
  const uri = await client.readContract({
    address: contract,
    abi: numeralsAbi,
    functionName: 'tokenURI',
    args: [token],
  })
  const { image } = JSON.parse(await textOf(uri))
  return textOf(image)
}

async function textOf(dataUri: string): Promise<string> {
  return (await fetch(dataUri)).text()
}
