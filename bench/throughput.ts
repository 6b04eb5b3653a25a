import { createDevnet } from '@lockstep/devnet'
import { tensorsCalldata } from '@lockstep/precompile'
import { createWalletClient, type Hex, http, publicActions, testActions } from 'viem'
import { mnemonicToAccount } from 'viem/accounts'
import { benchModels } from './models.js'
import { toTable } from './table.js'

const precompile = '0x00000000000000000000000000000000000000a1'
const mnemonic = 'test test test test test test test test test test test junk'
const transactions = 100
const chain = {
  id: 31_337,
  name: 'lockstep',
  nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
  rpcUrls: { default: { http: [] } },
}

/** Inferences per second through transactions over HTTP, each on an input of its own. */
export async function benchThroughput(): Promise<string> {
  const rows: string[][] = []
  for (const model of benchModels.slice(0, 3)) {
    const devnet = await createDevnet({ port: 0, models: [model.bytes], gasLimit: 10n ** 9n })
    try {
      const [listed] = (
        (await devnet.server.handlers.handle({
          jsonrpc: '2.0',
          id: 1,
          method: 'lockstep_models',
          params: [],
        })) as { result: { id: Hex }[] }
      ).result
      if (!listed) throw new Error('The model is not registered.')
      const send = sender(devnet.url, (round) => tensorsCalldata(listed.id, model.inputs(round)))
      const automined = await rate(() => send.oneByOne())
      const oneBlock = await rate(() => send.inOneBlock())
      rows.push([model.name, automined.toFixed(0), oneBlock.toFixed(0)])
    } finally {
      await devnet.close()
    }
  }
  return toTable(
    `Inferences per second through ${transactions} transactions over HTTP`,
    ['model', 'one after another, a block each', 'in one block'],
    rows,
  )
}

function sender(url: string, data: (round: number) => Uint8Array) {
  const account = mnemonicToAccount(mnemonic)
  const client = createWalletClient({ account, chain, transport: http(url) })
    .extend(publicActions)
    .extend(testActions({ mode: 'anvil' }))
  let round = 0
  const next = () => {
    const input = `0x${Buffer.from(data(round++)).toString('hex')}` as Hex
    return client.sendTransaction({
      to: precompile,
      data: input,
      gas: 9_000_000n,
      maxFeePerGas: 10n ** 10n,
      maxPriorityFeePerGas: 1n,
    })
  }
  return {
    async oneByOne() {
      for (let i = 0; i < transactions; i++) await expectMined(await next())
    },
    async inOneBlock() {
      await client.setAutomine(false)
      const hashes: Hex[] = []
      for (let i = 0; i < transactions; i++) hashes.push(await next())
      await client.mine({ blocks: 1 })
      await client.setAutomine(true)
      for (const hash of hashes) await expectMined(hash)
    },
  }

  async function expectMined(hash: Hex): Promise<void> {
    const receipt = await client.getTransactionReceipt({ hash })
    if (receipt.status !== 'success') throw new Error(`Transaction ${hash} reverted.`)
  }
}

async function rate(work: () => Promise<void>): Promise<number> {
  const started = performance.now()
  await work()
  return (transactions * 1000) / (performance.now() - started)
}
