/** Hex digits of a hash. */
const hashDigits = 64

/** Under which EthereumJS keeps code: `c`, then its hash. */
export const codePrefix = '63'

/** Sets the address or slot that a hash stands for apart from trie nodes and code. */
export const preimagePrefix = '70'

/** Whether a key of the state's database is that of a trie node: its hash alone. */
export function isTrieNode(key: string): boolean {
  return key.length === hashDigits
}
