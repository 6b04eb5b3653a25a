import type { SealedBlock } from '../node/node.js'

/** One line a request and a paragraph a transaction, as people who watch Anvil's stdout expect. */
export function blockLog(sealed: SealedBlock): string {
  const inferences = new Map<number, number>()
  for (const { transactionIndex } of sealed.inferences) {
    inferences.set(transactionIndex, (inferences.get(transactionIndex) ?? 0) + 1)
  }
  const transactions = sealed.transactions.map(({ hash, receipt, index }) => {
    const lines = [`    Transaction: ${hash}`]
    if (receipt.contractAddress) lines.push(`    Contract created: ${receipt.contractAddress}`)
    lines.push(`    Gas used: ${receipt.gasUsed}`)
    const count = inferences.get(index)
    if (count !== undefined) lines.push(`    Inferences: ${count}`)
    if (receipt.status === 0) lines.push('    Error: reverted')
    return `${lines.join('\n')}\n\n`
  })
  const { number, timestamp } = sealed.block.header
  const time = new Date(Number(timestamp) * 1000).toUTCString().replace('GMT', '+0000')
  return `\n${transactions.join('')}    Block Number: ${number}\n    Block Hash: ${sealed.hash}\n    Block Time: "${time}"\n`
}
