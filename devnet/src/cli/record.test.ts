import { access, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createDevnet } from '../devnet.js'
import { temporaryFolder } from '../node/testing/folder.js'
import { openBundle } from '../replay/bundles/open.js'
import { exportChain } from '../replay/export/exportChain.js'
import { ownConfig } from '../replay/runtime.js'
import { execute } from '../replay/testing/bundles.js'
import { liveThrough, trafficModels } from '../replay/testing/traffic.js'
import { runCommand } from './testing/command.js'

/** A test suite in small: a snapshot, a payment that it takes back, one that stands, and an exit code. */
const suite = `
const ask = async (method, ...params) => {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
  const answer = await (await fetch(process.env.ETH_RPC_URL, { method: 'POST', body })).json()
  if (answer.error) throw new Error(answer.error.message)
  return answer.result
}
if (process.env.LOCKSTEP_RPC_URL !== process.env.ETH_RPC_URL) throw new Error('two URLs')
const [from, to] = await ask('eth_accounts')
await ask('anvil_setBalance', to, '0x1')
const snapshot = await ask('evm_snapshot')
await ask('eth_sendTransaction', { from, to, value: '0x63' })
await ask('evm_revert', snapshot)
await ask('eth_sendTransaction', { from, to, value: '0x5' })
console.log(await ask('eth_getBalance', to))
process.exit(3)
`
const node = ['--', process.execPath, '--input-type=module', '-e']

describe('record', () => {
  test('leaves a bundle of the chain as it stands in the end, and passes the exit code on', async () => {
    const folder = join(await temporaryFolder(), 'bundle')
    const { code, stdout } = await runCommand('', ['record', '-o', folder, ...node, suite])
    expect([code, stdout]).toEqual([3, '0x6\n'])
    const execution = await execute(folder)
    expect(execution).toMatchObject({ blocks: 1, transactions: 1 })
    expect(execution.divergence).toBeUndefined()
  })

  test('error: something is in the way, and the command does not run', async () => {
    const folder = await temporaryFolder()
    const mark = join(folder, 'mark')
    const write = `import { writeFileSync } from 'node:fs'; writeFileSync(${JSON.stringify(mark)}, '')`
    await writeFile(join(folder, 'in the way'), '')
    const { code, stderr } = await runCommand('', ['record', '-o', folder, ...node, write])
    expect([code, stderr]).toEqual([1, expect.stringContaining('exists already')])
    await expect(access(mark)).rejects.toThrow('ENOENT')
  })

  test('error: the command is not there', async () => {
    const folder = join(await temporaryFolder(), 'bundle')
    const { code, stderr } = await runCommand('', ['record', '-o', folder, '--', 'no-such-program'])
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining('"no-such-program" cannot be started'),
    ])
    await expect(access(folder)).rejects.toThrow('ENOENT')
  })
})

describe('export', () => {
  test('of a stored chain is that of the chain while it ran', async () => {
    const folder = await temporaryFolder()
    const dataDir = join(folder, 'chain')
    const running = await createDevnet({ port: 0, dataDir, models: trafficModels })
    await liveThrough(running.url)
    await exportChain(running.url, join(folder, 'running'))
    await running.close()
    const outcome = await runCommand('', ['export', join(folder, 'stored'), '--data-dir', dataDir])
    expect(outcome).toMatchObject({ code: 0, stderr: '' })
    // A genesis that was read may say the same numbers in another form.
    const files = async (name: string) => {
      const { manifest } = await openBundle(join(folder, name), ownConfig)
      return { ...manifest.files, 'genesis.json': undefined }
    }
    expect(await files('stored')).toEqual(await files('running'))
    expect((await execute(join(folder, 'stored'))).divergence).toBeUndefined()
  })

  test('error: a folder without a chain', async () => {
    const folder = await temporaryFolder()
    const args = ['export', join(folder, 'bundle'), '--data-dir', join(folder, 'nothing')]
    const { code, stderr } = await runCommand('', args)
    expect([code, stderr]).toEqual([1, expect.stringContaining('nothing holds no chain')])
  })
})
