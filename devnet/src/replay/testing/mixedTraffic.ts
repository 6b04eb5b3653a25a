import { encodeFunctionData, type Hex } from 'viem'
import { affine, reciprocal, whole } from '../../node/testing/models.js'
import { rpcClient } from '../../rpc/testing/testServer.js'
import { inferTransaction, probeAbi, probeCode } from './traffic.js'

const wad = 10n ** 18n

/**
 * Everything that people do to a development chain, in an order that a generator of numbers decides. Each step seals
 * a block or more, or takes some back.
 */
export class MixedTraffic {
  private readonly call: ReturnType<typeof rpcClient>['call']
  private probe: Hex | undefined

  constructor(
    url: string,
    private readonly random: () => number,
  ) {
    this.call = rpcClient(url).call
  }

  async step(): Promise<void> {
    const steps = [
      () => this.send({ to: this.address(), value: '0x1' }),
      () => this.deploy(),
      () => this.send(inferTransaction(undefined, whole.id, this.small())),
      () => this.send(inferTransaction(undefined, affine.id, [wad * BigInt(this.below(1000))])),
      () => this.ask('nested', affine.id),
      () => this.ask('caught', whole.id),
      () => this.ask('swallow', reciprocal.id),
      () => this.send({ ...inferTransaction(undefined, affine.id, [wad]), gas: '0x6000' }),
      () => this.call('evm_mine'),
      () => this.editAndPay(),
      () => this.takeBack(),
      () => this.reorganise(),
    ]
    await steps[this.below(steps.length)]?.()
  }

  /** Sends what a process that is killed meanwhile may or may not seal. */
  async stepUntilKilled(): Promise<void> {
    for (;;) {
      try {
        await this.step()
      } catch {
        // Nobody answers any more: that is the end of it.
        return
      }
    }
  }

  async height(): Promise<number> {
    return Number(await this.call('eth_blockNumber'))
  }

  private async send(fields: object): Promise<Hex> {
    const accounts = await this.call<Hex[]>('eth_accounts')
    const from = accounts[this.below(accounts.length)]
    return this.call('eth_sendTransaction', { gas: '0x1e8480', ...fields, from })
  }

  private async deploy(): Promise<Hex> {
    const hash = await this.send({ data: probeCode })
    const receipt = await this.call<{ contractAddress: Hex }>('eth_getTransactionReceipt', hash)
    this.probe = receipt.contractAddress
    return this.probe
  }

  private async ask(name: 'nested' | 'caught' | 'swallow', model: Hex): Promise<void> {
    const to = this.probe ?? (await this.deploy())
    const x = model === whole.id ? this.small() : [wad * BigInt(this.below(9))]
    const args = name === 'nested' ? [model, x, 1n] : [model, x]
    const data = encodeFunctionData({ abi: probeAbi, functionName: name, args } as never)
    await this.send({ to, data })
  }

  private async editAndPay(): Promise<void> {
    await this.call('anvil_setBalance', this.address(), `0x${this.below(1e6).toString(16)}`)
    const slot = `0x${this.below(8).toString(16)}`
    await this.call('anvil_setStorageAt', this.address(), slot, `0x${'2'.padStart(64, '0')}`)
    await this.send({ to: this.address(), value: '0x2' })
  }

  private async takeBack(): Promise<void> {
    const snapshot = await this.call('evm_snapshot')
    await this.editAndPay()
    await this.ask('nested', affine.id)
    await this.call('evm_revert', snapshot)
    this.probe = undefined
  }

  private async reorganise(): Promise<void> {
    if ((await this.height()) < 3) return
    await this.call('anvil_reorg', 2, [])
    this.probe = undefined
  }

  private small(): bigint[] {
    return Array.from({ length: 3 }, () => BigInt(this.below(200) - 100))
  }

  private address(): Hex {
    return `0x${this.below(1000).toString(16).padStart(40, '7')}`
  }

  private below(limit: number): number {
    return Math.floor(this.random() * limit)
  }
}
