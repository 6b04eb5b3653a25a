import { encodeFunctionData, type Hex, numberToHex, parseAbi, parseGwei } from 'viem'
import { mnemonicToAccount } from 'viem/accounts'
import { type BenchNode, startAnvil, startLockstep } from './chainNodes.js'
import { compileCoin } from './coin.js'
import { median, toTable } from './table.js'

const mnemonic = 'test test test test test test test test test test test junk'
const transferAbi = parseAbi(['function transfer(address to, uint256 amount) returns (bool)'])
const burnAbi = parseAbi(['function burn(uint256 rounds) returns (uint256)'])
const rounds = 3
const sequential = 200
const perClient = 100
const clients = 4
const blockSize = 200
const calls = 300
/** Rounds of a hash loop that take over 10M gas. */
const loopRounds = 30_000n

/** What one node manages, one number a row of the table. */
interface Sample {
  readonly startMs: number
  readonly sequentialPerSecond: number
  readonly concurrentPerSecond: number
  readonly blockMs: number
  readonly callsPerSecond: number
  readonly mgasPerSecond: number
}

const rows: readonly [title: string, pick: (sample: Sample) => number, digits: number][] = [
  ['start-up to the first answer (ms)', ({ startMs }) => startMs, 0],
  ['ERC-20 transfers/s, one after another', (sample) => sample.sequentialPerSecond, 0],
  [`ERC-20 transfers/s, ${clients} clients`, (sample) => sample.concurrentPerSecond, 0],
  [`a block of ${blockSize} ERC-20 transfers (ms)`, ({ blockMs }) => blockMs, 0],
  ['eth_call/s', ({ callsPerSecond }) => callsPerSecond, 0],
  ['compute loop (Mgas/s)', ({ mgasPerSecond }) => mgasPerSecond, 1],
]

/** The chain without inference beside a real Anvil: the nodes take turns, medians count. */
export async function benchChain(): Promise<string> {
  const samples: { lockstep: Sample; anvil: Sample }[] = []
  for (let round = 0; round < rounds; round++) {
    const lockstep = await measure(startLockstep)
    samples.push({ lockstep, anvil: await measure(startAnvil) })
  }
  return toTable(
    `Beside Anvil 1.7.1, medians of ${rounds} turns over HTTP`,
    ['', 'lockstep', 'anvil', 'ratio'],
    rows.map(([title, pick, digits]) => {
      const ours = median(samples.map(({ lockstep }) => pick(lockstep)))
      const theirs = median(samples.map(({ anvil }) => pick(anvil)))
      return [title, ours.toFixed(digits), theirs.toFixed(digits), (ours / theirs).toFixed(2)]
    }),
  )
}

async function measure(start: () => Promise<BenchNode>): Promise<Sample> {
  const node = await start()
  try {
    const coin = await deployCoin(node)
    return {
      startMs: node.startMs,
      sequentialPerSecond: await transfersPerSecond(node, coin, 1, sequential),
      concurrentPerSecond: await transfersPerSecond(node, coin, clients, perClient),
      blockMs: await block(node, coin),
      callsPerSecond: await callsPerSecond(node, coin),
      mgasPerSecond: await mgasPerSecond(node, coin),
    }
  } finally {
    await node.stop()
  }
}

async function deployCoin(node: BenchNode): Promise<Hex> {
  const from = accountOf(0).address
  const data = compileCoin()
  const gas = numberToHex(3_000_000)
  const receipt = await node.call('eth_sendTransactionSync', { from, data, gas })
  const { contractAddress } = receipt as { contractAddress: Hex }
  for (let client = 1; client <= clients; client++) {
    const to = accountOf(client).address
    const coins = transferData(to, 1_000_000n)
    await node.call('eth_sendTransactionSync', { from, to: contractAddress, data: coins })
  }
  return contractAddress
}

/** Signed beforehand, so that the node's work alone is timed. */
async function transfersPerSecond(
  node: BenchNode,
  coin: Hex,
  senders: number,
  each: number,
): Promise<number> {
  const queues = await Promise.all(
    Array.from({ length: senders }, (_, client) => signTransfers(node, coin, client + 1, each)),
  )
  const started = performance.now()
  await Promise.all(
    queues.map(async (queue) => {
      for (const raw of queue) await node.call('eth_sendRawTransactionSync', raw)
    }),
  )
  return (senders * each * 1000) / (performance.now() - started)
}

async function block(node: BenchNode, coin: Hex): Promise<number> {
  const queue = await signTransfers(node, coin, 1, blockSize)
  await node.call('evm_setAutomine', false)
  for (const raw of queue) await node.call('eth_sendRawTransaction', raw)
  const started = performance.now()
  await node.call('evm_mine')
  const elapsed = performance.now() - started
  const { transactions } = (await node.call('eth_getBlockByNumber', 'latest', false)) as {
    transactions: unknown[]
  }
  if (transactions.length !== blockSize) throw new Error(`The block holds ${transactions.length}.`)
  await node.call('evm_setAutomine', true)
  return elapsed
}

async function callsPerSecond(node: BenchNode, coin: Hex): Promise<number> {
  const request = {
    from: accountOf(1).address,
    to: coin,
    data: transferData(accountOf(2).address, 1n),
  }
  const started = performance.now()
  for (let i = 0; i < calls; i++) await node.call('eth_call', request, 'latest')
  return (calls * 1000) / (performance.now() - started)
}

async function mgasPerSecond(node: BenchNode, coin: Hex): Promise<number> {
  const data = encodeFunctionData({ abi: burnAbi, functionName: 'burn', args: [loopRounds] })
  const request = { from: accountOf(1).address, to: coin, data, gas: numberToHex(29_000_000) }
  const gas = Number((await node.call('eth_estimateGas', request, 'latest')) as Hex)
  const started = performance.now()
  await node.call('eth_call', request, 'latest')
  return gas / 1000 / (performance.now() - started)
}

async function signTransfers(
  node: BenchNode,
  coin: Hex,
  index: number,
  count: number,
): Promise<Hex[]> {
  const account = accountOf(index)
  const recipient = accountOf(0).address
  const nonce = Number(
    (await node.call('eth_getTransactionCount', account.address, 'latest')) as Hex,
  )
  return Promise.all(
    Array.from({ length: count }, (_, i) =>
      account.signTransaction({
        type: 'eip1559',
        chainId: 31_337,
        nonce: nonce + i,
        to: coin,
        data: transferData(recipient, 1n),
        gas: 100_000n,
        maxFeePerGas: parseGwei('100'),
        maxPriorityFeePerGas: parseGwei('1'),
      }),
    ),
  )
}

function transferData(to: Hex, amount: bigint): Hex {
  return encodeFunctionData({ abi: transferAbi, functionName: 'transfer', args: [to, amount] })
}

function accountOf(addressIndex: number) {
  return mnemonicToAccount(mnemonic, { addressIndex })
}
