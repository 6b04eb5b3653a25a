import { boolean, text } from '../codec.js'
import { InvalidParamsError } from '../errors.js'
import { suggestedGasPrice } from '../feeSuggestion.js'
import { toQuantity } from '../format/quantity.js'
import { method, required } from '../method.js'

/** What the node says of itself. Tools tell a development chain by these. */
export const nodeIdentity = [
  method('anvil_nodeInfo', [], ({ node, transactionOrder }) => {
    const { hash, block } = node.head
    return {
      currentBlockNumber: toQuantity(block.header.number),
      currentBlockTimestamp: Number(block.header.timestamp),
      currentBlockHash: hash,
      hardFork: capitalised(node.common.hardfork()),
      transactionOrder,
      environment: {
        baseFee: toQuantity(node.nextBaseFee()),
        chainId: node.chainId,
        gasLimit: toQuantity(node.gasLimit),
        gasPrice: toQuantity(suggestedGasPrice(node)),
      },
      forkConfig: {
        forkUrl: node.fork?.remote.url ?? null,
        forkBlockNumber: node.fork ? Number(node.fork.base.block.header.number) : null,
        forkRetryBackoff: node.fork?.options.retryBackoffMs ?? null,
      },
    }
  }),
  method(['anvil_metadata', 'hardhat_metadata'], [], (context) => {
    const { node, clientVersion, instanceId, snapshots } = context
    const { hash, block } = node.head
    return {
      clientVersion,
      clientSemver: context.version,
      clientCommitSha: null,
      chainId: node.chainId,
      instanceId,
      latestBlockNumber: Number(block.header.number),
      latestBlockHash: hash,
      forkedNetwork: node.fork
        ? {
            chainId: node.fork.chainId,
            forkBlockNumber: Number(node.fork.base.block.header.number),
            forkBlockHash: node.fork.base.hash,
          }
        : null,
      snapshots: Object.fromEntries(
        [...snapshots].map(([id, at]) => [id, [Number(at.number), at.hash]]),
      ),
    }
  }),
  method('anvil_getGenesisTime', [], async ({ node }) => {
    const genesis = await node.block('earliest')
    return Number(genesis?.block.header.timestamp ?? 0n)
  }),
  method('anvil_getLastBlockWallTime', [], ({ lastBlockWallTime }) => lastBlockWallTime),
  method(
    ['anvil_setRpcUrl', 'hardhat_setRpcUrl'],
    [required('url', text)],
    async ({ node }, url) => {
      if (!node.fork) {
        throw new InvalidParamsError(
          'anvil_setRpcUrl: this node forks no chain; reset it to a fork',
        )
      }
      await node.fork.moveTo(url)
    },
  ),
  method(
    ['anvil_setLoggingEnabled', 'hardhat_setLoggingEnabled'],
    [required('enabled', boolean)],
    (context, enabled) => {
      context.logging = enabled
    },
  ),
]

function capitalised(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1)
}
