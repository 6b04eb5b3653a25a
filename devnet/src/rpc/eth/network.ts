import { keccak256 } from 'viem'
import { bytes } from '../codec.js'
import { toQuantity } from '../format/quantity.js'
import { method, required } from '../method.js'

/** Who this node is: eth_chainId and its like, net_ and web3_. */
export const network = [
  method('eth_chainId', [], ({ node }) => toQuantity(node.chainId)),
  method(['net_version', 'eth_networkId'], [], ({ node }) => String(node.chainId)),
  method('net_listening', [], () => true),
  method('net_peerCount', [], () => '0x0'),
  method('web3_clientVersion', [], ({ clientVersion }) => clientVersion),
  method('web3_sha3', [required('data', bytes)], (_, data) => keccak256(data)),
  method('eth_protocolVersion', [], () => '0x41'),
  method('eth_syncing', [], () => false),
  method('eth_mining', [], ({ node }) => node.mining.type !== 'manual'),
  method('eth_hashrate', [], () => '0x0'),
  method(['eth_accounts', 'eth_requestAccounts'], [], ({ accounts }) => accounts.addresses),
  method('eth_coinbase', [], async ({ node }) => {
    const pending = await node.block('pending')
    return pending?.block.header.coinbase.toString()
  }),
]
