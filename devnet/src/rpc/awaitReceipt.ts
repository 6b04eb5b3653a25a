import { NodeFaultError } from '@lockstep/precompile'
import type { Hex, Node } from '../node/node.js'
import { ErrorCode, RpcError } from './errors.js'
import { formatReceipt, type RpcReceipt } from './format/receipt.js'

/** Thrown when a transaction was accepted but no block took it in time (EIP-7966). */
export class ReceiptTimeoutError extends RpcError {
  override readonly name = 'ReceiptTimeoutError'

  constructor(hash: Hex, timeoutMs: number) {
    super(ErrorCode.receiptTimeout, `The transaction was not mined within ${timeoutMs} ms.`, {
      data: hash,
    })
  }
}

/**
 * Waits for a block that holds the transaction.
 * @throws ReceiptTimeoutError, NodeFaultError when building left the transaction out.
 */
export async function awaitReceipt(node: Node, hash: Hex, timeoutMs: number): Promise<RpcReceipt> {
  const sealed = nextBlocks(node, timeoutMs)
  try {
    for (;;) {
      const receipt = await findReceipt(node, hash)
      if (receipt) return receipt
      if (!(await sealed.next())) throw new ReceiptTimeoutError(hash, timeoutMs)
    }
  } finally {
    sealed.stop()
  }
}

async function findReceipt(node: Node, hash: Hex): Promise<RpcReceipt | undefined> {
  const found = await node.transaction(hash)
  if (!found)
    throw new RpcError(ErrorCode.server, 'transaction was dropped from the pool', { data: hash })
  if ('mined' in found) return formatReceipt(found.mined, found.in)
  if (found.pooled.fault !== undefined) throw new NodeFaultError(found.pooled.fault)
  return undefined
}

/** `next` resolves true at a block sealed since it was last asked, false once the time is over. */
function nextBlocks(node: Node, timeoutMs: number) {
  let isOver = false
  let unseen = 0
  let wake = () => {}
  const unsubscribe = node.on('block', () => {
    unseen++
    wake()
  })
  const timer = setTimeout(() => {
    isOver = true
    wake()
  }, timeoutMs)
  return {
    async next(): Promise<boolean> {
      if (unseen === 0 && !isOver) await new Promise<void>((resolve) => (wake = resolve))
      if (unseen === 0) return false
      unseen = 0
      return true
    },
    stop() {
      clearTimeout(timer)
      unsubscribe()
    },
  }
}
