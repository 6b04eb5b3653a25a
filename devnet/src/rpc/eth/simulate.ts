import type { Hex, SealedBlock, StateOverrides } from '../../node/node.js'
import type {
  SimulatedBlock,
  SimulatedCall,
  SimulatedResult,
  SimulatedState,
} from '../../node/simulate/simulation.js'
import { requireKnown } from '../blockLookup.js'
import {
  address,
  boolean,
  bytes32,
  type Codec,
  CodecError,
  list,
  quantity,
  record,
  strictObject,
  uint64,
} from '../codec.js'
import { formatBlock } from '../format/block.js'
import { formatLog } from '../format/log.js'
import { toQuantity } from '../format/quantity.js'
import { method, optional, required } from '../method.js'
import {
  accountOverrideFields,
  blockId,
  blockOverrideFields,
  blockOverridesOf,
  callRequest,
  compact,
} from '../params.js'
import { revertMessage } from '../revert.js'

const withdrawalFields = strictObject({
  index: uint64,
  validatorIndex: uint64,
  address,
  amount: uint64,
})

const withdrawal = (value: unknown) => {
  const { index = 0n, validatorIndex = 0n, amount = 0n, ...rest } = withdrawalFields(value)
  if (rest.address === undefined) throw new CodecError('a withdrawal with an address', value)
  return { index, validatorIndex, amount, address: rest.address }
}

const overrideFields = strictObject({
  ...blockOverrideFields,
  blobBaseFee: quantity,
  beaconRoot: bytes32,
  withdrawals: list(withdrawal, 1_000),
})

const overrides = (value: unknown) => {
  const { blobBaseFee, beaconRoot, withdrawals, ...fields } = overrideFields(value)
  return compact({ ...blockOverridesOf(fields), blobBaseFee, beaconRoot, withdrawals })
}

const accountFields = strictObject({ ...accountOverrideFields, movePrecompileToAddress: address })

/** State overrides, of which some move a precompile. */
const stateOf: Codec<SimulatedState> = (value) => {
  const accounts: Record<Hex, StateOverrides[Hex]> = {}
  const moves: Record<Hex, Hex> = {}
  for (const [key, fields] of Object.entries(record(address, accountFields)(value))) {
    const { movePrecompileToAddress, ...account } = fields
    if (account.state && account.stateDiff) {
      throw new CodecError('an override with state or stateDiff, not both', { [key]: '…' })
    }
    accounts[key as Hex] = compact(account)
    if (movePrecompileToAddress) moves[key as Hex] = movePrecompileToAddress
  }
  return { accounts, moves }
}

const blockFields = strictObject({
  blockOverrides: overrides,
  stateOverrides: stateOf,
  calls: list(callRequest, 10_000),
})

const block: Codec<SimulatedBlock> = (value) => {
  const fields = blockFields(value)
  return {
    overrides: fields.blockOverrides ?? {},
    state: fields.stateOverrides ?? { accounts: {}, moves: {} },
    calls: fields.calls ?? [],
  }
}

const simulationFields = strictObject({
  blockStateCalls: list(block, 256),
  traceTransfers: boolean,
  validation: boolean,
  returnFullTransactions: boolean,
})

const simulation: Codec<ReturnType<typeof simulationFields>> = (value) => {
  const fields = simulationFields(value)
  if (!fields.blockStateCalls?.length) {
    throw new CodecError('a simulation with at least one of blockStateCalls', value)
  }
  return fields
}

/** Blocks that are executed and forgotten. */
export const simulating = [
  method(
    'eth_simulateV1',
    [required('simulation', simulation), optional('block', blockId, 'latest')],
    async ({ node }, wanted, id) => {
      await requireKnown(node, id)
      const results = await node.simulate(
        {
          blocks: wanted.blockStateCalls ?? [],
          tracesTransfers: wanted.traceTransfers ?? false,
          validates: wanted.validation ?? false,
        },
        id,
      )
      return results.map((result) => formatResult(result, wanted.returnFullTransactions ?? false))
    },
  ),
]

function formatResult({ sealed, calls }: SimulatedResult, fullTransactions: boolean) {
  return {
    ...formatBlock(sealed, fullTransactions),
    calls: calls.map((call, index) =>
      formatCall(call, sealed, sealed.transactions[index]?.hash as Hex),
    ),
  }
}

function formatCall(call: SimulatedCall, sealed: SealedBlock, hash: Hex) {
  const { returnData, success, exception, logs, gasUsed, maxUsedGas } = call
  return {
    returnData: success ? returnData : '0x',
    logs: logs.map((log) => formatLog(log, hash, sealed)),
    gasUsed: toQuantity(gasUsed),
    maxUsedGas: toQuantity(maxUsedGas),
    status: success ? '0x1' : '0x0',
    ...(!success && { error: failureOf(returnData, exception ?? 'unknown') }),
  }
}

/** The codes that geth gives: 3 for a revert, −32015 for any other failure of the EVM. */
function failureOf(returnData: Hex, exception: string) {
  if (exception !== 'revert') return { code: -32015, message: exception }
  const message = revertMessage(returnData)
  return { code: 3, message, ...(returnData !== '0x' && { data: returnData }) }
}
