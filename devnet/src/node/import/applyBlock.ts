import { type Block, genRequestsRoot } from '@ethereumjs/block'
import { type RunBlockResult, type RunTxResult, runBlock, runTx } from '@ethereumjs/vm'
import { sha256 } from 'viem'
import { toLogs } from '../logs.js'
import { logsBloom, receiptsRoot } from '../seal.js'
import { collectRequests, writeAncestry } from '../systemCalls.js'
import type { View } from '../view.js'
import { withdraw } from '../withdraw.js'

/** What executing a block gives, beside what its view holds afterwards. */
export type BlockOutcome = Pick<
  RunBlockResult,
  'results' | 'stateRoot' | 'gasUsed' | 'receiptsRoot' | 'logsBloom' | 'requestsHash'
>

/**
 * Executes a block by the parts that seal one, which take less time than EthereumJS's `runBlock`.
 * @throws whatever keeps it from being executed; the view is spent then.
 */
export async function applyBlock(view: View, block: Block): Promise<BlockOutcome> {
  // What miners earn, and what the DAO's hardfork moves, is EthereumJS's to know.
  if (block.common.consensusType() === 'pow') return applyWhole(view, block)
  const { header, transactions, withdrawals = [] } = block
  const { common, evm, state } = view
  await evm.journal.checkpoint()
  await writeAncestry(view, {
    number: header.number,
    timestamp: header.timestamp,
    parentHash: header.parentHash,
    parentBeaconBlockRoot: header.parentBeaconBlockRoot ?? new Uint8Array(32),
  })
  const { results, gasUsed } = await applyTransactions(view, block)
  if (common.isActivatedEIP(4895)) await withdraw(view, withdrawals)
  const logs = results.flatMap(({ receipt }) => toLogs(receipt.logs, 0, 0))
  const requests = await collectRequests(view, logs)
  await evm.journal.commit()
  return {
    results,
    gasUsed,
    stateRoot: await state.getStateRoot(),
    receiptsRoot: receiptsRoot({ transactions, results }),
    logsBloom: logsBloom(results, common),
    ...(common.isActivatedEIP(7685) && {
      requestsHash: genRequestsRoot(requests, (bytes) => sha256(bytes, 'bytes')),
    }),
  }
}

async function applyTransactions({ vm }: View, block: Block) {
  const results: RunTxResult[] = []
  let gasUsed = 0n
  let gasPaid = 0n
  for (const [index, tx] of block.transactions.entries()) {
    const left = block.header.gasLimit - gasUsed
    if (tx.gasLimit > left) {
      throw new RangeError(
        `transaction ${index} asks for ${tx.gasLimit} gas, of which ${left} is left`,
      )
    }
    const result = await runTx(vm, { tx, block, blockGasUsed: gasPaid })
    results.push(result)
    gasUsed += result.blockGasSpent
    gasPaid += result.totalGasSpent
  }
  return { results, gasUsed }
}

/**
 * Executes a block with EthereumJS's `runBlock`, which spares no call of the system that changes nothing.
 * @throws as `applyBlock`
 */
export function applyWhole({ vm }: View, block: Block): Promise<BlockOutcome> {
  // `generate` computes what the header should say, and leaves comparing it to the caller.
  return runBlock(vm, { block, generate: true, skipBlockValidation: true })
}
