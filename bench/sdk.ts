import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { createDevnet } from '@lockstep/devnet'
import { inferenceActions, lockstep } from '@lockstep/sdk'
import { createWalletClient, http, publicActions } from 'viem'
import { build, type Rollup } from 'vite'
import { deployMarket, quoteArgs, quoterAbi, signer, sourceAbi } from '../sdk/src/testing/market.js'
import { models } from '../sdk/src/testing/models.js'
import { median, time, toTable } from './table.js'

const entry = fileURLToPath(new URL('../sdk/src/index.ts', import.meta.url))
// Blocks are a second apart at least, and the guard allows sixty seconds.
const turns = { runs: 40, warmup: 5 }

/** What the SDK adds to a page that has viem. */
export async function benchBundle(): Promise<string> {
  const sources = {
    'everything (`inferenceActions`)': "export * from '@lockstep/sdk'",
    '`writeContractSync` alone': "export { writeContractSync } from '@lockstep/sdk'",
    '`infer` alone': "export { infer } from '@lockstep/sdk'",
    '`toWad` alone': "export { toWad } from '@lockstep/sdk'",
  }
  const rows = []
  for (const [name, source] of Object.entries(sources)) {
    const code = await bundle(source)
    rows.push([name, kilobytes(code.length), kilobytes(gzipSync(code, { level: 9 }).length)])
  }
  return toTable('Size of a bundle beyond viem (kB)', ['import', 'minified', 'gzip'], rows)
}

function kilobytes(bytes: number): string {
  return (bytes / 1000).toFixed(1)
}

/** Minified for a browser, viem left out. */
async function bundle(source: string): Promise<string> {
  const virtual = {
    name: 'virtual',
    resolveId: (id: string) => (id === 'app' ? '\0app' : null),
    load: (id: string) => (id === '\0app' ? source.replace('@lockstep/sdk', entry) : null),
  }
  const rollupOptions = {
    input: 'app',
    external: /^viem/,
    preserveEntrySignatures: 'strict',
  } as const
  const result = (await build({
    configFile: false,
    logLevel: 'silent',
    plugins: [virtual],
    build: { write: false, minify: 'esbuild', rollupOptions },
  })) as Rollup.RollupOutput
  return result.output[0].code
}

/** What a write in sync style takes beside viem's own two steps. */
export async function benchWrites(): Promise<string> {
  const devnet = await createDevnet({ port: 0, models })
  let requests = 0
  const client = createWalletClient({
    account: signer,
    chain: lockstep,
    pollingInterval: 50,
    transport: http(devnet.url, { onFetchRequest: () => void requests++ }),
  })
    .extend(publicActions)
    .extend(inferenceActions())
  const { quoter: address, feed, source } = await deployMarket(client)
  const refresh = async () => {
    const { timestamp } = await client.getBlock()
    const push = { address: source, abi: sourceAbi, functionName: 'push' } as const
    await client.inference.writeContractSync({ ...push, args: [2000_00000000n, timestamp] })
  }
  const set = { address, abi: quoterAbi, functionName: 'set', args: [1n] } as const
  const now = { address, abi: quoterAbi, functionName: 'quoteNow' } as const
  const quote = { address, abi: quoterAbi, functionName: 'quote', args: quoteArgs } as const
  const plain = async (call: typeof set | typeof now) => {
    const hash = await client.writeContract(call as typeof set)
    return client.waitForTransactionReceipt({ hash })
  }
  const ways: Readonly<Record<string, () => Promise<unknown>>> = {
    'viem: `writeContract`, `waitForTransactionReceipt`': () => plain(set),
    '`writeContractSync`': () => client.inference.writeContractSync(set),
    'viem, a contract that infers': () => plain(now),
    '`writeContractSync`, a contract that infers': () => client.inference.writeContractSync(now),
    '`writeContractSync`, a feed observed first': () =>
      client.inference.writeContractSync({ ...quote, observe: feed }),
  }
  const rows = []
  for (const [name, write] of Object.entries(ways)) {
    await refresh()
    requests = 0
    await write()
    const count = requests
    rows.push([name, String(count), median(await time(write, turns)).toFixed(1)])
  }
  await devnet.close()
  const header = ['from call to answer', 'requests', 'median ms']
  return toTable(
    'A write over HTTP, the client signing, on a devnet that mines at once',
    header,
    rows,
  )
}
