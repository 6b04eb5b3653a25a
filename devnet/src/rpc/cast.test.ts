import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { encodeErrorResult, parseEther } from 'viem'
import { describe, expect, onTestFinished, test } from 'vitest'
import { inferenceAddress, registryAddress } from '../node/registry.js'
import { affine } from '../node/testing/models.js'
import { deployProbe, probeAbi } from '../node/testing/probe.js'
import { testServer } from './testing/testServer.js'

const run = promisify(execFile)
const workspace = fileURLToPath(new URL('../../..', import.meta.url))

/** Runs a program of Foundry, and gives what it prints. Its npm wrapper exits with 0 even when the program failed. */
async function foundry(name: 'cast' | 'forge', args: readonly string[], cwd = workspace) {
  const { stdout, stderr } = await run(join(workspace, 'node_modules/.bin', name), args, { cwd })
  return { output: stdout.trim(), complaint: stderr.trim() }
}

/** A devnet, and `cast` pointed at it. */
async function castServer(options: Parameters<typeof testServer>[0] = {}) {
  const server = await testServer(options)
  const privateKey = server.node.accounts[0]?.privateKey ?? '0x'
  const run = (args: string[]) => foundry('cast', [...args, '--rpc-url', server.url])
  const cast = async (...args: string[]) => {
    const { output, complaint } = await run(args)
    if (complaint.startsWith('Error')) throw new Error(complaint)
    return output
  }
  const castJson = async (...args: string[]) => JSON.parse(await cast(...args, '--json'))
  return { ...server, privateKey, cast, castJson }
}

const to = `0x${'77'.repeat(20)}`

describe('cast', () => {
  test('reads the chain: id, client, blocks, balances, nonces, gas price', async () => {
    const { cast, castJson, node, addressOf } = await castServer()
    expect(await cast('chain-id')).toBe('31337')
    expect(await cast('client')).toMatch(/^anvil\//)
    expect(await cast('block-number')).toBe('0')
    expect(await cast('balance', addressOf(0), '--ether')).toBe('10000.000000000000000000')
    expect(await cast('nonce', addressOf(0))).toBe('0')
    expect(BigInt(await cast('gas-price'))).toBe(node.nextBaseFee() + 1_000_000_000n)
    expect(await castJson('block', 'latest')).toMatchObject({ hash: node.head.hash, number: '0x0' })
    expect(await cast('block', 'latest', '--field', 'timestamp')).toBe('1700000000')
    expect(await cast('code', registryAddress)).toMatch(/^0x[0-9a-f]{10,}/)
  })

  test('sends with a key, and shows the transaction and its receipt', async () => {
    const { cast, castJson, privateKey, addressOf } = await castServer()
    const sent = await castJson('send', to, '--value', '1ether', '--private-key', privateKey)
    expect(sent).toMatchObject({ status: '0x1', from: addressOf(0), to, blockNumber: '0x1' })
    expect(await cast('balance', to)).toBe(parseEther('1').toString())
    expect(await castJson('receipt', sent.transactionHash)).toMatchObject(sent)
    expect(await castJson('tx', sent.transactionHash)).toMatchObject({ type: '0x2', nonce: '0x0' })
    expect(await castJson('block', '1', '--full')).toMatchObject({
      transactions: [{ hash: sent.transactionHash, value: '0xde0b6b3a7640000' }],
    })
  })

  test('sends legacy and access-list transactions, and from accounts that the node signs for', async () => {
    const { cast, castJson, privateKey, addressOf } = await castServer()
    const signed = ['send', to, '--private-key', privateKey]
    expect(await castJson(...signed, '--legacy')).toMatchObject({ status: '0x1', type: '0x0' })
    expect(await castJson(...signed, '--access-list')).toMatchObject({ status: '0x1', type: '0x2' })
    const unlocked = ['send', to, '--unlocked', '--from', addressOf(1), '--value', '3']
    expect(await castJson(...unlocked)).toMatchObject({ status: '0x1', from: addressOf(1) })
    expect(await cast('balance', to)).toBe('3')
  })

  test('calls, estimates, reads storage and finds logs', async () => {
    const { cast, castJson, node, privateKey, addressOf } = await castServer()
    const probe = await deployProbe(node, 5n)
    expect(await cast('call', probe, 'value()(uint256)')).toBe('5')
    expect(Number(await cast('estimate', probe, 'store(uint256)', '9'))).toBeGreaterThan(21_000)
    await cast('send', probe, 'store(uint256)', '9', '--private-key', privateKey)
    expect(BigInt(await cast('storage', probe, '0'))).toBe(9n)
    const event = 'Stored(address indexed by, uint256 value)'
    const logs = await castJson(
      'logs',
      event,
      addressOf(0),
      '--address',
      probe,
      '--from-block',
      '0',
    )
    expect(logs).toMatchObject([
      { address: probe, blockNumber: '0x2', data: `0x${'9'.padStart(64, '0')}` },
    ])
  })

  test('shows why a call reverts: its reason, its custom error', async () => {
    const { cast, node } = await castServer()
    const probe = await deployProbe(node)
    await expect(cast('call', probe, 'fail()')).rejects.toThrow('execution reverted: no')
    // The selector of Refused(uint256) and its argument, for whoever knows the contract's errors.
    await expect(cast('call', probe, 'refuse(uint256)', '7')).rejects.toThrow(
      `data: "${encodeErrorResult({ abi: probeAbi, errorName: 'Refused', args: [7n] })}"`,
    )
  })

  test('calls a model at the precompile’s address', async () => {
    const { cast } = await castServer({ models: [affine.bytes] })
    const infer = ['infer(bytes32,int256[])(int256[])', affine.id, '[3000000000000000000]']
    expect(await cast('call', inferenceAddress, ...infer)).toContain('7000000000000000000')
    const unknown = infer.with(1, `0x${'1'.repeat(64)}`)
    await expect(cast('call', inferenceAddress, ...unknown)).rejects.toThrow('ModelNotFound')
  })

  test('runs a mined transaction again, from the state before it', async () => {
    const { cast, castJson, node, privateKey } = await castServer()
    const probe = await deployProbe(node, 5n)
    const store = ['send', probe, 'store(uint256)', '9', '--private-key', privateKey]
    const { transactionHash, gasUsed } = await castJson(...store)
    await cast(...store.with(3, '11'))
    const output = await cast('run', transactionHash)
    expect(output).toContain('Transaction successfully executed.')
    expect(output).toContain(`Gas used: ${Number(gasUsed)}`)
    expect(output).toContain('emit topic 0')
    const refused = ['send', probe, 'refuse(uint256)', '7', '--gas-limit', '100000']
    const failed = await castJson(...refused, '--private-key', privateKey)
    await expect(cast('run', failed.transactionHash)).rejects.toThrow('Transaction failed.')
  })

  test('speaks to every other method by name', async () => {
    const { cast } = await castServer()
    expect(JSON.parse(await cast('rpc', 'anvil_nodeInfo'))).toMatchObject({
      currentBlockNumber: '0x0',
      hardFork: 'Prague',
      environment: { chainId: 31337 },
    })
    await cast('rpc', 'anvil_mine', '0x3')
    expect(await cast('block-number')).toBe('3')
  })
})

describe('forge', () => {
  /** A project of one contract and one script, for the compiler that the workspace installs. */
  async function project(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'lockstep-forge-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    const solc = join(workspace, 'devnet/bin/lockstep-solc.js')
    await writeFile(
      join(folder, 'foundry.toml'),
      `[profile.default]\nsrc = "."\nscript = "."\nsolc = ${JSON.stringify(solc)}\noffline = true\nevm_version = "prague"\n`,
    )
    await writeFile(join(folder, 'Box.sol'), boxSource)
    return folder
  }

  const boxSource = `// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

interface Broadcast {
    function startBroadcast() external;
}

contract Box {
    uint256 public value;

    constructor(uint256 initial) {
        value = initial;
    }

    function store(uint256 next) external {
        value = next;
    }
}

contract Deploy {
    function run() external {
        Broadcast(address(uint160(uint256(keccak256("hevm cheat code"))))).startBroadcast();
        Box box = new Box(1);
        box.store(2);
        box.store(3);
    }
}
`

  test('create deploys a contract', async () => {
    const { cast, url, privateKey } = await castServer()
    const target = ['create', 'Box.sol:Box', '--rpc-url', url, '--private-key', privateKey]
    const { output, complaint } = await foundry(
      'forge',
      [...target, '--broadcast', '--json', '--constructor-args', '42'],
      await project(),
    )
    expect(complaint).not.toContain('Error')
    const { deployedTo } = JSON.parse(output.slice(output.indexOf('{')))
    expect(await cast('call', deployedTo, 'value()(uint256)')).toBe('42')
  })

  test('script broadcasts every transaction of a script, in order', async () => {
    const { cast, url, privateKey, node, addressOf } = await castServer()
    const target = ['script', 'Box.sol:Deploy', '--rpc-url', url, '--private-key', privateKey]
    const { output } = await foundry('forge', [...target, '--broadcast'], await project())
    expect(output).toContain('ONCHAIN EXECUTION COMPLETE & SUCCESSFUL')
    // How many blocks they share is up to how fast forge sends them.
    expect(await cast('nonce', addressOf(0))).toBe('3')
    const first = await node.block(1n)
    const box = first?.transactions[0]?.receipt.contractAddress ?? '0x'
    expect(await cast('call', box, 'value()(uint256)')).toBe('3')
  })
})
