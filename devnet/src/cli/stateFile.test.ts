import { once } from 'node:events'
import { existsSync, watch } from 'node:fs'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { inferenceAbi } from '@lockstep/precompile'
import { encodeFunctionData, type Hex } from 'viem'
import { describe, expect, onTestFinished, test } from 'vitest'
import { inferenceAddress } from '../node/registry.js'
import { temporaryFolder } from '../node/testing/folder.js'
import { startLockstep, stop } from '../node/testing/lockstepProcess.js'
import { affine } from '../node/testing/models.js'
import { startAnvil } from '../rpc/testing/anvil.js'
import { rpcClient } from '../rpc/testing/testServer.js'
import { runCommand } from './testing/command.js'

const sender = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'
const receiver: Hex = `0x${'5a'.repeat(20)}`

/** The command with flags, which ends with the test. */
async function start(...flags: readonly string[]) {
  const process = await startLockstep(flags)
  onTestFinished(() => stop(process, 'SIGKILL'))
  return {
    ...rpcClient(process.url),
    end: (signal: NodeJS.Signals) => stop(process, signal),
    process,
  }
}

function transfer({ call }: Pick<ReturnType<typeof rpcClient>, 'call'>) {
  const request = { from: sender, to: receiver, value: '0x7' }
  return call<{ blockHash: Hex }>('eth_sendTransactionSync', request)
}

describe('a state file', () => {
  test('--state: written at the end, gone on from at the next start, and read by Anvil', async () => {
    const file = join(await temporaryFolder(), 'chain.json')
    const first = await start('--state', file)
    const { blockHash } = await transfer(first)
    await first.end('SIGTERM')
    const second = await start('--state', file)
    expect(await second.call('eth_getBlockByNumber', 'latest', false)).toMatchObject({
      hash: blockHash,
    })
    await transfer(second)
    await second.end('SIGINT')
    const anvil = await startAnvil('--load-state', file)
    expect(await anvil.call('eth_blockNumber')).toBe('0x2')
    expect(await anvil.call('eth_getBalance', receiver, 'latest')).toBe('0xe')
  })

  test('--load-state: one of Anvil, of which states after older blocks are kept', async () => {
    const folder = await temporaryFolder()
    const anvil = await startAnvil('--dump-state', folder, '--preserve-historical-states')
    await transfer(anvil)
    const { blockHash } = await transfer(anvil)
    await anvil.stop()
    const { call } = await start('--load-state', folder)
    expect(await call('eth_getBlockByNumber', '0x2', false)).toMatchObject({ hash: blockHash })
    expect(await call('eth_getBalance', receiver, '0x1')).toBe('0x7')
    expect(await call('eth_getBalance', receiver, '0x2')).toBe('0xe')
  })

  test('--state-interval: written while the node runs, whole whenever somebody looks', async () => {
    const folder = await temporaryFolder()
    const file = join(folder, 'chain.json')
    const node = await start('--dump-state', file, '--state-interval', '1')
    await transfer(node)
    const watcher = watch(folder)
    onTestFinished(() => watcher.close())
    const isWritten = async () =>
      existsSync(file) && JSON.parse(await readFile(file, 'utf8')).best_block_number === 1
    while (!(await isWritten())) await once(watcher, 'change')
    await node.end('SIGKILL')
    const { call } = await start('--load-state', file)
    expect(await call('eth_getBalance', receiver)).toBe('0x7')
  })

  test('models lie beside it; without them the node says which it lacks', async () => {
    const folder = await temporaryFolder()
    const [file, models] = [join(folder, 'chain.json'), join(folder, 'models')]
    await mkdir(models)
    await writeFile(join(models, 'affine.onnx'), affine.bytes)
    const first = await start('--state', file, '--models', models)
    await first.end('SIGTERM')
    expect(await readdir(`${file}.models`)).toEqual([`${affine.id}.onnx`])
    const second = await start('--load-state', file)
    const args = [affine.id, [10n ** 18n]] as const
    const data = encodeFunctionData({ abi: inferenceAbi, functionName: 'infer', args })
    const answer = await second.call('eth_call', { to: inferenceAddress, data })
    expect(BigInt(`0x${answer.slice(-64)}`)).toBe(3n * 10n ** 18n)
    await rm(`${file}.models`, { recursive: true })
    const third = await startLockstep(['--load-state', file])
    onTestFinished(() => stop(third, 'SIGKILL'))
    const { failure } = rpcClient(third.url)
    expect(await failure('eth_call', { to: inferenceAddress, data })).toMatchObject({
      message: expect.stringContaining(affine.id),
    })
  })

  test('one that is damaged: the file and the place in it are named, and it stays as it is', async () => {
    const file = join(await temporaryFolder(), 'chain.json')
    for (const [text, place] of [
      ['{', 'the file must be JSON'],
      ['{"accounts":{"0x12":{}}}', 'accounts["0x12"] must be hex of 20 bytes'],
    ] as const) {
      await writeFile(file, text)
      const { code, stderr } = await runCommand('', ['--port', '0', '--state', file])
      expect(code).toBe(2)
      expect(stderr).toContain(file)
      expect(stderr).toContain(place)
      expect(await readFile(file, 'utf8')).toBe(text)
    }
  })

  test('one that is not there: --state starts a chain, --load-state refuses', async () => {
    const file = join(await temporaryFolder(), 'chain.json')
    const { code, stderr } = await runCommand('', ['--port', '0', '--load-state', file])
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('ENOENT') })
    const both = await runCommand('', ['--state', file, '--data-dir', `${file}.d`])
    expect(both.stderr).toContain('--data-dir')
  })

  test('a folder that cannot be written to: said at the end', async () => {
    const file = join(await temporaryFolder(), 'no', 'chain.json')
    const { child } = await startLockstep(['--dump-state', file])
    let complaint = ''
    child.stderr?.on('data', (chunk) => (complaint += chunk))
    const closed = once(child, 'close')
    child.kill('SIGTERM')
    expect((await closed)[0]).not.toBe(0)
    expect(complaint).toContain(`cannot be written to ${file} (ENOENT)`)
  })
})
