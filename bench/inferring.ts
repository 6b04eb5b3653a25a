import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { tensorsCalldata } from '@lockstep/precompile'
import {
  encodeFunctionData,
  type Hex,
  keccak256,
  numberToHex,
  parseAbi,
  parseGwei,
  toHex,
} from 'viem'
import { mnemonicToAccount } from 'viem/accounts'
import { type BenchNode, startLockstep } from './chainNodes.js'
import { type BenchModel, benchModels } from './models.js'
import { compileSolidity } from './solidity.js'
import { median, toTable } from './table.js'

const mnemonic = 'test test test test test test test test test test test junk'
/** Inferences of a transaction. */
const EACH = [0, 1, 5]
const CLIENTS = 4
const PER_CLIENT = 10
const TURNS = 3
const GAS = 25_000_000n

const abi = parseAbi(['function ask(bytes[] questions)'])
const source = `
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

contract Asker {
    function ask(bytes[] calldata questions) external view {
        for (uint256 i; i < questions.length; ++i) {
            (bool answered,) = address(0xA1).staticcall(questions[i]);
            require(answered);
        }
    }
}`

/** Transactions per second over HTTP, a block each, by how many inferences each of them makes. */
export async function benchInferring(): Promise<string> {
  const rows: string[][] = []
  for (const model of benchModels.slice(0, 3)) rows.push(await measure(model))
  const columns = EACH.map((each) => (each === 1 ? '1 inference' : `${each} inferences`))
  return toTable(
    `Transactions per second of ${CLIENTS} clients, each transaction with`,
    ['model', ...columns],
    rows,
  )
}

async function measure(model: BenchModel): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-bench-'))
  await writeFile(join(folder, 'model.onnx'), model.bytes)
  const node = await startLockstep('--models', folder, '--gas-limit', '1000000000')
  try {
    const asker = await deploy(node)
    const rates = EACH.map((): number[] => [])
    for (let turn = 0; turn < TURNS; turn++) {
      for (const [i, each] of EACH.entries()) rates[i]?.push(await rate(node, model, asker, each))
    }
    return [model.name, ...rates.map((turns) => median(turns).toFixed(0))]
  } finally {
    await node.stop()
    await rm(folder, { recursive: true })
  }
}

async function deploy(node: BenchNode): Promise<Hex> {
  const { address: from } = mnemonicToAccount(mnemonic)
  const data = compileSolidity(source, 'Asker')
  const request = { from, data, gas: numberToHex(1_000_000) }
  const receipt = await node.call('eth_sendTransactionSync', request)
  return (receipt as { contractAddress: Hex }).contractAddress
}

let round = 0

/** Signed beforehand, so that the node's work alone is timed; no question is asked twice. */
async function rate(node: BenchNode, model: BenchModel, to: Hex, each: number): Promise<number> {
  const id = keccak256(model.bytes)
  const dataOf = () => {
    const questions = Array.from({ length: each }, () =>
      toHex(tensorsCalldata(id, model.inputs(round++))),
    )
    return encodeFunctionData({ abi, functionName: 'ask', args: [questions] })
  }
  const queues = await Promise.all(
    Array.from({ length: CLIENTS }, (_, client) => sign(node, client + 1, to, dataOf)),
  )
  const started = performance.now()
  await Promise.all(
    queues.map(async (queue) => {
      for (const raw of queue) await expectMined(node, raw)
    }),
  )
  return (CLIENTS * PER_CLIENT * 1000) / (performance.now() - started)
}

async function expectMined(node: BenchNode, raw: Hex): Promise<void> {
  const receipt = await node.call('eth_sendRawTransactionSync', raw)
  const { status, transactionHash } = receipt as { status: Hex; transactionHash: Hex }
  if (status !== '0x1') throw new Error(`Transaction ${transactionHash} reverted.`)
}

async function sign(
  node: BenchNode,
  index: number,
  to: Hex,
  dataOf: () => Hex,
): Promise<readonly Hex[]> {
  const account = mnemonicToAccount(mnemonic, { addressIndex: index })
  const count = await node.call('eth_getTransactionCount', account.address, 'latest')
  return Promise.all(
    Array.from({ length: PER_CLIENT }, (_, i) =>
      account.signTransaction({
        type: 'eip1559',
        chainId: 31_337,
        nonce: Number(count) + i,
        to,
        data: dataOf(),
        gas: GAS,
        maxFeePerGas: parseGwei('100'),
        maxPriorityFeePerGas: parseGwei('1'),
      }),
    ),
  )
}
