import type { ForkFacts } from '../../node/forkFacts.js'
import type { Hex } from '../../node/node.js'
import { inferenceAddress } from '../../node/registry.js'
import { systemContracts } from '../../node/systemContracts.js'
import { toQuantity } from '../format/quantity.js'
import { method } from '../method.js'

/** The names that EIP-7910 gives precompiles, by address. */
const precompileNames: Readonly<Record<string, string>> = {
  '1': 'ECREC',
  '2': 'SHA256',
  '3': 'RIPEMD160',
  '4': 'ID',
  '5': 'MODEXP',
  '6': 'BN254_ADD',
  '7': 'BN254_MUL',
  '8': 'BN254_PAIRING',
  '9': 'BLAKE2F',
  a: 'KZG_POINT_EVALUATION',
  b: 'BLS12_G1ADD',
  c: 'BLS12_G1MSM',
  d: 'BLS12_G2ADD',
  e: 'BLS12_G2MSM',
  f: 'BLS12_PAIRING_CHECK',
  '10': 'BLS12_MAP_FP_TO_G1',
  '11': 'BLS12_MAP_FP2_TO_G2',
  '100': 'P256VERIFY',
  [BigInt(inferenceAddress).toString(16)]: 'LOCKSTEP_INFERENCE',
}

/** The names that EIP-7910 gives system contracts, by the EIP that brought them. */
const contractNames: Readonly<Record<number, string>> = {
  2935: 'HISTORY_STORAGE_ADDRESS',
  4788: 'BEACON_ROOTS_ADDRESS',
  7002: 'WITHDRAWAL_REQUEST_PREDEPLOY_ADDRESS',
  7251: 'CONSOLIDATION_REQUEST_PREDEPLOY_ADDRESS',
}

/** The rules of now, of the next hardfork and of the last one that is scheduled (EIP-7910). */
export const config = [
  method('eth_config', [], async ({ node }) => {
    const { current, next, last } = await node.forks()
    return { current: format(current), next: format(next), last: format(last) }
  }),
]

function format(facts: ForkFacts | undefined) {
  if (!facts) return null
  const { common, activationTime, forkId, precompiles, depositContract } = facts
  const contracts = systemContracts(common).map(({ eip, address }) => [contractNames[eip], address])
  return {
    activationTime: Number(activationTime),
    ...(common.isActivatedEIP(4844) && { blobSchedule: blobsOf(facts) }),
    chainId: toQuantity(common.chainId()),
    forkId,
    precompiles: sorted(precompiles.map((address) => [nameOf(address), address])),
    systemContracts: sorted([
      ...contracts,
      ...(common.isActivatedEIP(6110) ? [['DEPOSIT_CONTRACT_ADDRESS', depositContract]] : []),
    ] as [string, Hex][]),
  }
}

function blobsOf({ common }: ForkFacts) {
  const schedule = common.getBlobGasSchedule()
  const gasPerBlob = common.param('blobGasPerBlob')
  return {
    target: Number(schedule.targetBlobGasPerBlock / gasPerBlob),
    max: Number(schedule.maxBlobGasPerBlock / gasPerBlob),
    baseFeeUpdateFraction: Number(schedule.blobGasPriceUpdateFraction),
  }
}

function nameOf(address: Hex): string {
  const digits = BigInt(address).toString(16)
  return precompileNames[digits] ?? `PRECOMPILE_${digits}`
}

function sorted(entries: [string, Hex][]): Record<string, Hex> {
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
}
