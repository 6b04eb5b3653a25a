import { encodeAbiParameters, encodeFunctionData, parseAbi } from 'viem'
import type { Hex, Node } from '../node.js'
import { compile } from './compile.js'
import { deploy } from './testNode.js'

export const probeAbi = parseAbi([
  'event Stored(address indexed by, uint256 value)',
  'error Refused(uint256 value)',
  'function value() view returns (uint256)',
  'function gasSeen() view returns (uint256)',
  'function store(uint256 next)',
  'function refuse(uint256 given) pure',
  'function fail() pure',
  'function gasLeft() view returns (uint256)',
  'function recordGas() returns (uint256)',
  'function burn(uint256 rounds) returns (uint256)',
  'function nest(uint256 depth) returns (uint256)',
  'function sender() view returns (address)',
  'function blockContext() view returns (uint256 number, uint256 timestamp, uint256 baseFee, uint256 gasLimit, uint256 chainId, address coinbase)',
  'function hashOf(uint256 number) view returns (bytes32)',
  'function create() returns (address)',
  'function send(address to, uint256 amount)',
])

const probe = compile('Probe.sol', 'Probe')

/** Deploys it, with its value as the argument. */
export const probeCode = probe.bytecode

/** Deploys `Probe.sol` with this value. */
export function deployProbe(node: Node, value = 0n): Promise<Hex> {
  const argument = encodeAbiParameters([{ type: 'uint256' }], [value])
  return deploy(node, `${probe.bytecode}${argument.slice(2)}`)
}

/** Calldata of a function of the probe. */
export const probeData = ((functionName: string, ...args: unknown[]) =>
  encodeFunctionData({ abi: probeAbi, functionName, args } as never)) as (
  functionName: string,
  ...args: unknown[]
) => Hex
