import { readFileSync } from 'node:fs'
import { type Hex, numberToHex } from 'viem'
import { type BenchNode, startLockstep } from './chainNodes.js'
import { toTable } from './table.js'

const sender: Hex = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'
const heights = [0, 2_500, 5_000, 10_000, 15_000, 20_000]
/** Blocks that are mined at a time, the first with a transfer to a new account. */
const stride = 100

/**
 * What a chain holds in memory of its own as it grows. Pages of the temporary file that a devnet moves old state to
 * are the system's to take back, and are not counted. Linux alone tells the two apart.
 */
export async function benchMemory(): Promise<string> {
  const found = await measure(await startLockstep())
  return toTable(
    'Memory of the process as the chain grows, without pages of files',
    ['blocks', 'MiB'],
    heights.map((height, index) => [`${height}`, `${found[index]}`]),
  )
}

async function measure(node: BenchNode): Promise<string[]> {
  const found: string[] = []
  try {
    await node.call('evm_setAutomine', false)
    let height = 0
    for (const wanted of heights) {
      for (; height < wanted; height += stride) await grow(node, height)
      found.push(anonymousMebibytes(node.pid))
    }
    return found
  } finally {
    await node.stop()
  }
}

async function grow(node: BenchNode, height: number): Promise<void> {
  const to = `0x${'77'.repeat(16)}${height.toString(16).padStart(8, '0')}`
  await node.call('eth_sendTransaction', { from: sender, to, value: numberToHex(1) })
  await node.call('anvil_mine', numberToHex(stride))
}

function anonymousMebibytes(pid: number): string {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const kibibytes = /^RssAnon:\s+(\d+)/m.exec(status)?.[1]
  if (!kibibytes) throw new Error('This system does not tell the memory of a process.')
  return (Number(kibibytes) / 1024).toFixed(0)
}
