import { describe, expect, onTestFinished, test } from 'vitest'
import { rpcClient } from '../rpc/testing/testServer.js'
import type { Hex } from './node.js'
import { temporaryFolder } from './testing/folder.js'
import { type LockstepProcess, startLockstep, stop } from './testing/lockstepProcess.js'

const to = `0x${'77'.repeat(20)}`

describe('a data folder on a full disk', () => {
  // The limit on a file's size is a POSIX shell's; the write fails as on a full disk.
  test.skipIf(process.platform === 'win32')(
    'error: the sender hears of it, the node goes on reading, and what was told of is kept',
    async () => {
      const args = ['--data-dir', await temporaryFolder(), '--timestamp', '1700000000']
      const limited = await started(args, 512 * 1024)
      const told = await fill(limited)
      const { call, failure } = rpcClient(limited.url)
      expect(told.length).toBeGreaterThan(2)
      expect(await failure('evm_mine')).toMatchObject({
        code: -32000,
        message: expect.stringContaining('could not be written to'),
      })
      expect(Number(await call('eth_blockNumber'))).toBe(told.length)
      expect(await call('eth_getBalance', to)).toBe(`0x${told.length.toString(16)}`)
      await stop(limited, 'SIGTERM')

      const { url } = await started(args)
      const after = rpcClient(url)
      for (const hash of told) {
        expect(await after.call('eth_getTransactionReceipt', hash)).toMatchObject({ status: '0x1' })
      }
      await after.call('evm_mine')
      expect(Number(await after.call('eth_blockNumber'))).toBe(told.length + 1)
    },
  )
})

async function started(args: readonly string[], limitBytes?: number): Promise<LockstepProcess> {
  const running = await startLockstep(args, limitBytes)
  onTestFinished(() => stop(running, 'SIGKILL'))
  return running
}

/** Sends transfers until one fails; gives those that did not. */
async function fill({ url }: LockstepProcess): Promise<Hex[]> {
  const { call } = rpcClient(url)
  const [from] = await call<Hex[]>('eth_accounts')
  const told: Hex[] = []
  for (;;) {
    try {
      told.push(await call('eth_sendTransaction', { from, to, value: '0x1' }))
    } catch (error) {
      expect((error as Error).message).toContain(
        '-32000 node fault: The chain could not be written',
      )
      return told
    }
  }
}
