import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { tensorsCalldata } from '@lockstep/precompile'
import { createPublicClient, type Hex, http, keccak256 } from 'viem'
import { mnemonicToAccount } from 'viem/accounts'
import { benchModels } from './models.js'

const MNEMONIC = 'test test test test test test test test test test test junk'
const SENDERS = 10
const GAS = 9_000_000n

/** What a sender is told: to sign transactions, and then to send them. */
export type SenderOrder =
  | {
      readonly type: 'sign'
      readonly url: string
      /** Which of the models of `benchModels` to ask. */
      readonly model: number
      readonly count: number
      readonly to: Hex
    }
  | { readonly type: 'send' }

/** A process that sends transactions, so that the thread of the node has the node's own work alone. */
export class Sender {
  private readonly child: ChildProcess = fork(fileURLToPath(import.meta.url), ['sender'])

  /** Signs transactions of ten senders, each with an input of its own. */
  sign(order: Omit<Extract<SenderOrder, { type: 'sign' }>, 'type'>): Promise<void> {
    return this.order({ type: 'sign', ...order })
  }

  /** Sends what was signed, one after another. */
  send(): Promise<void> {
    return this.order({ type: 'send' })
  }

  close(): void {
    this.child.disconnect()
  }

  private async order(order: SenderOrder): Promise<void> {
    this.child.send(order)
    await once(this.child, 'message')
  }
}

let round = 0
const nonces = new Map<string, number>()
let signed: { url: string; transactions: readonly Hex[] } = { url: '', transactions: [] }

async function obey(order: SenderOrder): Promise<void> {
  if (order.type === 'sign') {
    const transactions: Hex[] = []
    for (let i = 0; i < order.count; i++) transactions.push(await signOne(order, i))
    signed = { url: order.url, transactions }
  } else {
    const client = createPublicClient({ transport: http(signed.url) })
    for (const serializedTransaction of signed.transactions) {
      await client.sendRawTransaction({ serializedTransaction })
    }
  }
}

function signOne(order: Extract<SenderOrder, { type: 'sign' }>, index: number): Promise<Hex> {
  const model = benchModels[order.model]
  if (!model) throw new Error(`There is no model ${order.model}.`)
  const account = mnemonicToAccount(MNEMONIC, { addressIndex: index % SENDERS })
  const key = `${order.url}${account.address}`
  const nonce = nonces.get(key) ?? 0
  nonces.set(key, nonce + 1)
  const data = tensorsCalldata(keccak256(model.bytes), model.inputs(round++))
  return account.signTransaction({
    type: 'eip1559',
    chainId: 31_337,
    nonce,
    to: order.to,
    data: `0x${Buffer.from(data).toString('hex')}`,
    gas: GAS,
    maxFeePerGas: 10n ** 10n,
    maxPriorityFeePerGas: 1n,
  })
}

if (process.argv[2] === 'sender') {
  process.on('message', async (order: SenderOrder) => {
    await obey(order)
    process.send?.('done')
  })
}
