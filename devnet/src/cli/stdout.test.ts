import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { createPublicClient, createWalletClient, http, parseAbi } from 'viem'
import { foundry } from 'viem/chains'
import { ipc } from 'viem/node'
import { describe, expect, onTestFinished, test } from 'vitest'
import { compile } from '../node/testing/compile.js'

const command = fileURLToPath(new URL('../../bin/lockstep.js', import.meta.url))
const abi = parseAbi([
  'function log(string text, uint256 value) view',
  'function logAndRevert(string text)',
])
const account = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'
/** Other systems give one loopback address alone. */
const hosts = process.platform === 'linux' ? ['127.0.0.1', '127.0.0.2'] : ['127.0.0.1']

/** Starts the command as a script does: it is ready at «Listening on», and anything on stderr is a failure. */
async function start(...flags: readonly string[]) {
  const child = spawn(process.execPath, [command, '--port', '0', ...flags], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let complaint = ''
  child.stderr.on('data', (chunk) => {
    complaint += chunk
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  /** The lines up to the first that starts like this, it included. */
  const until = async (start: string): Promise<string[]> => {
    const read: string[] = []
    for (;;) {
      const { done, value } = await lines.next()
      if (done) throw new Error(`ended before ${start}: ${read.join('\n')}${complaint}`)
      read.push(value)
      if (value.startsWith(start)) return read
    }
  }
  const opening = await until('Listening on ')
  const url = `http://${opening.at(-1)?.replace('Listening on ', '')}`
  return { child, opening, until, url, complaint: () => complaint }
}

async function stop(child: ChildProcess, signal: NodeJS.Signals) {
  child.kill(signal)
  return (await once(child, 'exit'))[0]
}

describe('what lockstep prints', () => {
  test('each call, each transaction, and what contracts log, in order', async () => {
    const { child, until, url, complaint } = await start()
    const client = createPublicClient({ chain: foundry, transport: http(url) })
    const wallet = createWalletClient({ chain: foundry, transport: http(url), account })
    const hash = await wallet.deployContract({
      abi,
      bytecode: compile('Logger.sol', 'Logger').bytecode,
    })
    const { contractAddress } = await client.getTransactionReceipt({ hash })
    const deployed = await until('    Block Time: ')
    expect(deployed).toContain('eth_sendTransaction')
    expect(deployed).toContain(`    Transaction: ${hash}`)
    expect(deployed).toContain(`    Contract created: ${contractAddress}`)
    expect(deployed.some((line) => /^ {4}Gas used: \d+$/.test(line))).toBe(true)
    expect(deployed).toContain('    Block Number: 1')

    const to = { address: contractAddress ?? '0x', abi } as const
    await client.readContract({ ...to, functionName: 'log', args: ['%d wei', 7n] })
    expect(await until('7 wei')).toContain('eth_call')
    const failing = {
      ...to,
      functionName: 'logAndRevert',
      args: ['on the way'],
      gas: 100_000n,
    } as const
    await wallet.writeContract(failing)
    const mined = await until('    Block Time: ')
    expect(mined.indexOf('on the way')).toBeGreaterThan(mined.indexOf('eth_sendTransaction'))
    expect(mined.indexOf('on the way')).toBeLessThan(
      mined.findIndex((line) => /Transaction: /.test(line)),
    )
    expect(mined).toContain('    Error: reverted')
    expect(await stop(child, 'SIGINT')).toBe(0)
    expect(complaint()).toBe('')
  })

  test('with --print-traces the calls of a transaction, before it', async () => {
    const { child, until, url } = await start('--print-traces')
    const wallet = createWalletClient({ chain: foundry, transport: http(url), account })
    await wallet.sendTransaction({ to: `0x${'77'.repeat(20)}`, value: 5n })
    const printed = await until('    Block Number')
    const from = (line: string) => printed.findIndex((text) => text.startsWith(line))
    expect(printed[from('Traces:') + 1]).toBe(`  [0] 0x${'77'.repeat(20)}::fallback{value: 5}()`)
    expect(from('    Transaction: ')).toBeGreaterThan(from('Traces:'))
    expect(await stop(child, 'SIGTERM')).toBe(0)
  })

  test('nothing of contracts with --disable-console-log, and nothing at all with --silent', async () => {
    const quiet = spawn(process.execPath, [command, '--port', '0', '--silent'])
    onTestFinished(() => void quiet.kill('SIGKILL'))
    let printed = ''
    quiet.stdout.on('data', (chunk) => {
      printed += chunk
    })
    const { until, url } = await start('--disable-console-log')
    const client = createPublicClient({ chain: foundry, transport: http(url) })
    const { runtimeCode: code } = compile('Logger.sol', 'Logger')
    await client.readContract({
      address: account,
      abi,
      functionName: 'log',
      args: ['7 wei', 7n],
      stateOverride: [{ address: account, code }],
    })
    await client.getChainId()
    expect(await until('eth_chainId')).not.toContain('7 wei 7')
    expect(printed).toBe('')
  })
})

test('a node whose log nobody reads any more goes on', async () => {
  const { child, url, complaint } = await start()
  const client = createPublicClient({ chain: foundry, transport: http(url) })
  const closed = once(child.stdout, 'close')
  child.stdout.destroy()
  await closed
  for (let i = 0; i < 3; i++) expect(await client.getChainId()).toBe(31_337)
  expect(await stop(child, 'SIGTERM')).toBe(0)
  expect(complaint()).toBe('')
})

describe('where lockstep listens', () => {
  test('on every host of --host, and on the socket of --ipc', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lockstep-ipc-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    const path = join(folder, 'node.ipc')
    const config = join(folder, 'config.json')
    const flags = ['--host', hosts.join(','), '--ipc', path, '--config-out', config]
    const { child, url } = await start(...flags, '--timestamp', '1700000000')
    const urls = hosts.map((host) => http(url.replace('127.0.0.1', host)))
    for (const transport of [...urls, ipc(path)]) {
      const client = createPublicClient({ transport })
      expect(await client.getChainId()).toBe(31_337)
    }
    expect(JSON.parse(await readFile(config, 'utf8'))).toMatchObject({
      base_fee: '1000000000',
      gas_limit: '30000000',
      genesis_timestamp: '1700000000',
      wallet: { derivation_path: "m/44'/60'/0'/0/" },
    })
    expect(await stop(child, 'SIGTERM')).toBe(0)
  })

  test('error: a flag of Anvil that is not followed says what to do', async () => {
    const child = spawn(process.execPath, [command, '--celo'])
    onTestFinished(() => void child.kill('SIGKILL'))
    let complaint = ''
    child.stderr.on('data', (chunk) => {
      complaint += chunk
    })
    expect((await once(child, 'close'))[0]).toBe(2)
    expect(complaint).toContain('--celo')
    expect(complaint).toContain('There is Ethereum alone.')
  })
})
