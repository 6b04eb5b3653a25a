import { getMinimumGasLimit } from '@ethereumjs/tx'
import { bigIntMax } from '@ethereumjs/util'
import { type CallOverrides, call, prepareCall } from './call.js'
import { ExecutionRevertedError } from './errors.js'
import type { CallRequest } from './node.js'
import type { Standpoint } from './standpoint.js'
import { maxGasPrice } from './transaction.js'

/** The search ends when its bounds are this close, as a fraction of the upper one. */
const toleranceDivisor = 64n
/** What a call that sends value gives the callee on top (EIP-150), and so must be left over. */
const callStipend = 2_300n

/**
 * Finds the gas limit with which a call succeeds: exact for most, at most 1/64 above where gas left decides.
 * @throws ExecutionRevertedError when it fails with all the gas that a transaction may have.
 * @throws PoolError when its sender cannot pay.
 */
export async function estimateGas(
  at: Standpoint,
  request: CallRequest,
  overrides: CallOverrides = {},
): Promise<bigint> {
  const { intrinsic, minimum, cap } = await bounds(at, request, overrides)
  const succeeds = async (gas: bigint) =>
    gas >= minimum && (await call(at, { ...request, gas }, overrides)).success

  const most = await call(at, { ...request, gas: cap }, overrides)
  if (!most.success) {
    throw new ExecutionRevertedError(most.returnData, most.exception ?? 'unknown')
  }
  // Before refunds: what is given back at the end must be there on the way.
  const spent = most.result.execResult.executionGasUsed + intrinsic
  const likely = bigIntMax(spent, minimum)
  if (await succeeds(likely)) return likely

  // A frame may hand on 63/64 of its gas alone (EIP-150), so more must be given than is spent.
  let low = likely
  let high = cap
  const generous = ((spent + callStipend) * 64n) / 63n
  for (let probe = generous; high - low > high / toleranceDivisor; probe = (low + high) / 2n) {
    if (probe <= low || probe >= high) continue
    if (await succeeds(probe)) high = probe
    else low = probe
  }
  return high
}

async function bounds(
  at: Standpoint,
  request: CallRequest,
  overrides: CallOverrides,
): Promise<{ intrinsic: bigint; minimum: bigint; cap: bigint }> {
  const { tx, balance } = await at.lend(async (view) => {
    const { tx } = await prepareCall(view, at.header, request, overrides)
    const account = await view.state.getAccount(tx.getSenderAddress())
    return { tx, balance: account?.balance ?? 0n }
  })
  const intrinsic = tx.getIntrinsicGas()
  const minimum = getMinimumGasLimit(tx)
  const price = maxGasPrice(tx)
  if (price === 0n) return { intrinsic, minimum, cap: tx.gasLimit }
  const affordable = (balance - tx.value) / price
  const limits = affordable > minimum && affordable < tx.gasLimit
  return { intrinsic, minimum, cap: limits ? affordable : tx.gasLimit }
}
