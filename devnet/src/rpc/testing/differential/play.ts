import { encodeDeployData, encodeFunctionData, type Hex, type TransactionSerializable } from 'viem'
import type { HDAccount } from 'viem/accounts'
import type { rpcClient } from '../testServer.js'
import type { Compiled } from './compile.js'

type Client = ReturnType<typeof rpcClient>

/** What a node tells of a transaction, as far as the transaction and the state before it decide. */
interface Told {
  readonly status: string
  readonly gasUsed: string
  readonly effectiveGasPrice: string
  readonly contractAddress: Hex | null
  readonly logsBloom: string
  readonly type: string
  readonly logs: readonly { address: string; topics: string[]; data: string; logIndex: string }[]
}

const genesisTime = 1_700_000_000
/** 1 gwei. Both follow EIP-1559 from there on. */
const firstBaseFee = '0x3b9aca00'

/** Two nodes that are told the same, and what each answered where they disagree. */
export class Pair {
  readonly differences: { what: string; ours: unknown; theirs: unknown }[] = []
  /** How many answers were compared. */
  compared = 0
  private readonly nonces = new Map<string, number>()
  private timestamp = genesisTime

  constructor(
    private readonly ours: Client,
    private readonly theirs: Client,
    private readonly contracts: Record<string, Compiled>,
  ) {}

  /** Mines one transaction on both, at the same time. @returns the receipt of ours. */
  async send(
    what: string,
    account: HDAccount,
    fields: Partial<TransactionSerializable>,
  ): Promise<Told> {
    const nonce = this.nonces.get(account.address) ?? 0
    const signed = await account.signTransaction({
      chainId: 31_337,
      type: 'eip1559',
      gas: 3_000_000n,
      maxFeePerGas: 100_000_000_000n,
      maxPriorityFeePerGas: 1_000_000_000n,
      ...fields,
      nonce,
    } as never)
    this.nonces.set(account.address, nonce + 1)
    const isFirst = this.timestamp === genesisTime
    this.timestamp += 12
    const receipt = async ({ call }: Client) => {
      await call('evm_setNextBlockTimestamp', this.timestamp)
      if (isFirst) await call('anvil_setNextBlockBaseFeePerGas', firstBaseFee)
      return told(await call<Told>('eth_sendRawTransactionSync', signed))
    }
    const [ours, theirs] = await Promise.all([receipt(this.ours), receipt(this.theirs)])
    this.compare(what, ours, theirs)
    return ours
  }

  async deploy(account: HDAccount, name: string, args: readonly unknown[] = []): Promise<Hex> {
    const { abi, bytecode } = this.contract(name)
    const data = encodeDeployData({ abi, bytecode, args: [...args] })
    const { contractAddress } = await this.send(`new ${name}`, account, { data })
    if (!contractAddress) throw new Error(`${name} was not deployed`)
    return contractAddress
  }

  /** A call of a contract's function, as calldata. */
  data(contract: string, functionName: string, args: readonly unknown[] = []): Hex {
    return encodeFunctionData({ abi: this.contract(contract).abi, functionName, args: [...args] })
  }

  /** Asks both, and keeps it where they disagree; of errors the code and the data count. */
  async ask(what: string, method: string, ...params: unknown[]): Promise<void> {
    const answer = async ({ call, failure }: Client) => {
      try {
        return { result: await call<unknown>(method, ...params) }
      } catch {
        const { code, data } = await failure(method, ...params)
        return { code, data }
      }
    }
    const [ours, theirs] = await Promise.all([answer(this.ours), answer(this.theirs)])
    this.compare(what, ours, theirs)
  }

  private compare(what: string, ours: unknown, theirs: unknown): void {
    this.compared++
    if (JSON.stringify(ours) !== JSON.stringify(theirs))
      this.differences.push({ what, ours, theirs })
  }

  private contract(name: string): Compiled {
    const found = this.contracts[name]
    if (!found) throw new Error(`Corpus.sol has no ${name}`)
    return found
  }
}

function told(receipt: Told): Told {
  const { status, gasUsed, effectiveGasPrice, contractAddress, logsBloom, type, logs } = receipt
  return {
    status,
    gasUsed,
    effectiveGasPrice,
    contractAddress,
    logsBloom,
    type,
    logs: logs.map(({ address, topics, data, logIndex }) => ({ address, topics, data, logIndex })),
  }
}
