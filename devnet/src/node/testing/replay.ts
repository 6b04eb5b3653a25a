import { type Block, createBlockFromRLP } from '@ethereumjs/block'
import { createBlockchain } from '@ethereumjs/blockchain'
import { type Common, parseGethGenesisState } from '@ethereumjs/common'
import { createEVM } from '@ethereumjs/evm'
import { MerkleStateManager } from '@ethereumjs/statemanager'
import { createAddressFromString } from '@ethereumjs/util'
import { createVM, runBlock } from '@ethereumjs/vm'
import { createCommon, toHardfork } from '../common.js'
import { InferenceRecorder } from '../inference.js'
import type { Node } from '../node.js'
import { inferenceAddress } from '../registry.js'

/**
 * Executes the node's chain again, from its `genesis.json` and the RLP of its blocks, with EthereumJS's own
 * `runBlock`, which checks every field of every header.
 * @returns the blocks, decoded.
 */
export async function replay(node: Node): Promise<Block[]> {
  const common = createCommon({
    chainId: node.chainId,
    hardfork: toHardfork(node.common.hardfork()),
  })
  const vm = await freshVm(node, common)
  const blocks: Block[] = []
  for (let number = 1n; number <= node.head.block.header.number; number++) {
    const sealed = await node.block(number)
    if (!sealed) throw new Error(`Block ${number} is missing.`)
    const block = createBlockFromRLP(sealed.block.serialize(), { common })
    await runBlock(vm, { block })
    await vm.blockchain.putBlock(block)
    blocks.push(block)
  }
  return blocks
}

async function freshVm(node: Node, common: Common) {
  const stateManager = new MerkleStateManager({ common })
  await stateManager.generateCanonicalGenesis(parseGethGenesisState(node.genesisJson() as never))
  const genesis = (await node.block('earliest'))?.block as Block
  const blockchain = await createBlockchain({
    common,
    genesisBlock: createBlockFromRLP(genesis.serialize(), { common }),
    genesisStateRoot: await stateManager.getStateRoot(),
    validateConsensus: false,
  })
  const recorder = new InferenceRecorder(new AbortController().signal)
  const customPrecompiles = [
    {
      address: createAddressFromString(inferenceAddress),
      function: recorder.precompile(node.precompile),
    },
  ]
  const evm = await createEVM({ common, stateManager, blockchain, customPrecompiles })
  return createVM({ common, stateManager, blockchain, evm })
}
