import { NobleBLS } from '@ethereumjs/evm'
import {
  bigIntToBytes,
  bytesToBigInt,
  concatBytes,
  hexToBytes,
  type KZG,
  setLengthLeft,
} from '@ethereumjs/util'
import { BaseError } from '@lockstep/precompile'
import type { Hex } from './node.js'

/** Thrown when EthereumJS is given blobs: it sees transactions as blocks hold them. */
export class UnsupportedBlobsError extends BaseError {
  override readonly name = 'UnsupportedBlobsError'

  constructor() {
    super('A transaction of a block holds the hashes of its blobs alone.', {
      remedy: 'Give the blobs beside it: node.send(tx, { sidecar }).',
    })
  }
}

/** Modulus of the field that BLS12-381 is a curve over. */
const p =
  0x1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaabn
/** Order of its groups. */
const r = 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001n

const coordinate = (hex: string) => setLengthLeft(hexToBytes(`0x${hex}`), 64)
const point = (...coordinates: string[]) => concatBytes(...coordinates.map(coordinate))

const g1Generator = point(
  '17f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb',
  '08b3f481e3aaa0f1a09e30ed741d8ae4fcf5e095d5d00af600db18cb2c04b3edd03cc744a2888ae40caa232946c5e7e1',
)

/** The negative of the generator of G2. */
const g2NegativeGenerator = point(
  '024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8',
  '13e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e',
  '0d1b3cc2c7027888be51d9ef691d77bcb679afda66c73f17f9ee3837a55024f78c71363275a75d75d86bab79f74782aa',
  '13fa4d4a0ad8b1ce186ed5061789213d993923066dddaf1040bc3ff59f825c78df74f2d75467e25e0f55f8a00fa030ed',
)

/** The generator of G2 times the secret of Ethereum's trusted setup. */
const g2Secret = point(
  '185cbfee53492714734429b7b38608e23926c911cceceac9a36851477ba4c60b087041de621000edc98edada20c1def2',
  '15bfd7dd8cdeb128843bc287230af38926187075cbfbefa81009a2ce615ac53d2914e5870cb452d2afaaab24f3499f72',
  '014353bdb96b626dd7d5ee8599d1fca2131569490e28de18e82451a496a9c9794ce26d105941f383ee689bfbbb832a99',
  '1666c54b0a32529503432fcae0181b4bef79de09fc63671fda5ed1ba9bfa07899495346f3d7ac9cd23048ef30d0a154f',
)

/**
 * Verifies what the point evaluation precompile is asked (EIP-4844), on the curve arithmetic that the EVM brings.
 * It needs no trusted setup beyond one point; `blobs/verify.ts` reads the whole of it.
 */
export function createKzg(): KZG {
  const bls = new NobleBLS()
  const unsupported = () => {
    throw new UnsupportedBlobsError()
  }
  return {
    verifyProof: (commitment, z, y, proof) =>
      verifyProof(bls, commitment as Hex, BigInt(z), BigInt(y), proof as Hex),
    blobToKzgCommitment: unsupported,
    computeBlobProof: unsupported,
    verifyBlobProofBatch: unsupported,
    computeCells: unsupported,
    computeCellsAndProofs: unsupported,
    recoverCellsAndProofs: unsupported,
    verifyCellKzgProofBatch: unsupported,
  }
}

/** Whether `e(C − y·G1 + z·π, −G2) · e(π, τ·G2) = 1`, for points and scalars in canonical form. */
function verifyProof(bls: NobleBLS, commitment: Hex, z: bigint, y: bigint, proof: Hex): boolean {
  const c = decompress(hexToBytes(commitment))
  const pi = decompress(hexToBytes(proof))
  if (!c || !pi || z >= r || y >= r) return false
  try {
    const left = bls.msmG1(
      concatBytes(c, scalar(1n), g1Generator, scalar((r - y) % r), pi, scalar(z)),
    )
    const answer = bls.pairingCheck(concatBytes(left, g2NegativeGenerator, pi, g2Secret))
    return answer.at(-1) === 1
  } catch (error) {
    if (error instanceof Error && error.name === 'EVMError') return false
    throw error
  }
}

function scalar(value: bigint): Uint8Array {
  return setLengthLeft(bigIntToBytes(value), 32)
}

/** A point of G1 from its 48 bytes, as the EVM's own precompiles take it; undefined when they encode none. */
function decompress(bytes: Uint8Array): Uint8Array | undefined {
  const flags = (bytes[0] ?? 0) >>> 5
  const isCompressed = (flags & 4) !== 0
  const isInfinity = (flags & 2) !== 0
  const isGreater = (flags & 1) !== 0
  const x = bytesToBigInt(bytes) & ((1n << 381n) - 1n)
  if (!isCompressed) return undefined
  if (isInfinity) return x === 0n && !isGreater ? new Uint8Array(128) : undefined
  if (x >= p) return undefined
  const square = (x * x * x + 4n) % p
  const root = power(square, (p + 1n) / 4n)
  if ((root * root) % p !== square) return undefined
  const y = root > (p - 1n) / 2n === isGreater ? root : p - root
  return concatBytes(setLengthLeft(bigIntToBytes(x), 64), setLengthLeft(bigIntToBytes(y), 64))
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n
  for (let square = base, left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = (result * square) % p
    square = (square * square) % p
  }
  return result
}
