import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { HardhatProject, hardhatFolder } from './testing/project.js'

const model = await readFile(
  new URL('../../../examples/volatility/model/volatility.onnx', import.meta.url),
)

if (hardhatFolder === undefined) {
  console.log(
    'Skipped the tests of the Hardhat plugin: `eval "$(bash .ci/hardhat)"` installs Hardhat 3, and the Node 22 that it needs.',
  )
}

const config = (lockstep: string) => `
import { fileURLToPath } from 'node:url'
import lockstep from '@lockstep/devnet/hardhat'
import helpers from '@nomicfoundation/hardhat-network-helpers'
import viem from '@nomicfoundation/hardhat-viem'
import { defineConfig } from 'hardhat/config'

export default defineConfig({
  plugins: [lockstep, viem, helpers],
  lockstep: ${lockstep},
  solidity: { version: '0.8.37', path: fileURLToPath(import.meta.resolve('solc/soljson.js')) },
})`

const predictor = `// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Inference} from "@lockstep/sdk/contracts/Inference.sol";
import {ModelId} from "@lockstep/sdk/contracts/types/ModelId.sol";

contract Predictor {
    ModelId public immutable MODEL;
    int256 public last;

    event Predicted(int256 volatility);
    error TooCalm(int256 volatility, int256 least);

    constructor(ModelId model) {
        MODEL = model;
    }

    function predict(int256[] calldata x) public view returns (int256) {
        return Inference.inferScalar(MODEL, x);
    }

    function store(int256[] calldata x, int256 least) external {
        last = predict(x);
        if (last < least) revert TooCalm(last, least);
        emit Predicted(last);
    }
}`

/** What each script begins with. */
const head = `
import assert from 'node:assert/strict'
import { inferenceActions, toWad } from '@lockstep/sdk'
import { network } from 'hardhat'
import { parseEther } from 'viem'

const returns = ['0.012', '-0.004', '0.001', '-0.009', '0.002', '0.007', '-0.015', '0.003'].map(toWad)
const gone = async (url) => assert.rejects(fetch(url, { method: 'POST', body: '{}' }))
`

const project = (script: string, lockstep = `{ models: './models' }`) =>
  HardhatProject.create({
    'hardhat.config.ts': config(lockstep),
    'contracts/Predictor.sol': predictor,
    'models/volatility.onnx': model,
    'scripts/script.ts': head + script,
  })

describe.skipIf(hardhatFolder === undefined)('the Hardhat plugin', () => {
  test('gives each connection a devnet with inference, which ends with it', async () => {
    const { run } = await runnable(`
const { viem, lockstep, networkHelpers, close } = await network.create('lockstep')
const [wallet] = await viem.getWalletClients()
const client = wallet.extend(inferenceActions())
const [{ id }] = await client.inference.getModels()
const contract = await viem.deployContract('Predictor', [id])
const predicted = await contract.read.predict([returns])
assert.deepEqual([predicted], await client.inference.infer({ model: id, x: returns }))
await contract.write.store([returns, 0n])
assert.equal(await contract.read.last(), predicted)
const [event] = await contract.getEvents.Predicted()
assert.equal(event.args.volatility, predicted)
await assert.rejects(contract.write.store([returns, parseEther('1')]), /TooCalm/)

const other = await network.create('lockstep')
assert.notEqual(other.lockstep.url, lockstep.url)
const fresh = await other.viem.getPublicClient()
assert.equal(await fresh.getBlockNumber(), 0n)
await other.close()
await gone(other.lockstep.url)
console.log('url', lockstep.url)
`)
    const { code, output } = await run('run', 'scripts/script.ts')
    expect(output).toMatch(/^url http/m)
    expect(code).toBe(0)
    // The first connection was left open: the process ended all the same, and the devnet with it.
    const [, url = ''] = /^url (\S+)$/m.exec(output) ?? []
    await expect(untilGone(url)).resolves.toBeUndefined()
  })

  test('serves viem’s test client and every network helper', async () => {
    const { run } = await runnable(`
const { viem, networkHelpers: helpers } = await network.create('lockstep')
const client = await viem.getPublicClient()
const testClient = await viem.getTestClient()
const someone = '0x00000000000000000000000000000000000a11ce'
const [wallet] = await viem.getWalletClients()

await helpers.mine(3)
assert.equal(await client.getBlockNumber(), 3n)
await helpers.mineUpTo(9)
assert.equal(await client.getBlockNumber(), 9n)
const before = await helpers.time.latest()
await helpers.time.increase(3600)
assert.ok((await helpers.time.latest()) >= before + 3600)
await helpers.time.increaseTo(before + 10_000)
assert.equal(await helpers.time.latest(), before + 10_000)
await helpers.time.setNextBlockTimestamp(before + 20_000)
await helpers.mine()
assert.equal(await helpers.time.latest(), before + 20_000)
assert.equal(await helpers.time.latestBlock(), Number(await client.getBlockNumber()))

await helpers.setBalance(someone, parseEther('5'))
assert.equal(await client.getBalance({ address: someone }), parseEther('5'))
await helpers.impersonateAccount(someone)
const hash = await wallet.sendTransaction({ account: someone, to: wallet.account.address, value: 1n })
assert.equal((await client.getTransactionReceipt({ hash })).status, 'success')
await helpers.stopImpersonatingAccount(someone)
await assert.rejects(wallet.sendTransaction({ account: someone, to: wallet.account.address }))
await helpers.setNonce(someone, 7)
assert.equal(await client.getTransactionCount({ address: someone }), 7)
await helpers.setCode(someone, '0x60016000f3')
assert.equal(await client.getCode({ address: someone }), '0x60016000f3')
await helpers.setStorageAt(someone, 1, 42)
assert.equal(BigInt(await helpers.getStorageAt(someone, 1)), 42n)

await helpers.setCoinbase(someone)
await helpers.setNextBlockBaseFeePerGas(5_000_000_000n)
await helpers.setPrevRandao(99)
await helpers.mine()
const block = await client.getBlock()
assert.equal(block.miner.toLowerCase(), someone.toLowerCase())
assert.equal(block.baseFeePerGas, 5_000_000_000n)
assert.equal(BigInt(block.mixHash), 99n)
await helpers.setBlockGasLimit(20_000_000n)
await helpers.mine()
assert.equal((await client.getBlock()).gasLimit, 20_000_000n)

const snapshot = await helpers.takeSnapshot()
await helpers.mine(5)
await snapshot.restore()
assert.equal((await client.getBlock()).gasLimit, 20_000_000n)
const fixture = async () => viem.deployContract('Predictor', ['0x' + '11'.repeat(32)])
const first = await helpers.loadFixture(fixture)
await helpers.mine(2)
const at = await client.getBlockNumber()
const second = await helpers.loadFixture(fixture)
assert.equal(second.address, first.address)
assert.equal(await client.getBlockNumber(), at - 2n)

await testClient.setAutomine(false)
const waiting = await wallet.sendTransaction({ to: someone, value: 1n })
assert.equal(await helpers.dropTransaction(waiting), true)
await testClient.setAutomine(true)
console.log('all', Object.keys(helpers.time).length)
`)
    const { code, output } = await run('run', 'scripts/script.ts')
    expect(output).toMatch(/^all \d+$/m)
    expect(code).toBe(0)
  })

  test('makes the network that a project uses by default a devnet, where it is asked to', async () => {
    const { run } = await runnable(
      `
const { viem, lockstep } = await network.create()
const client = (await viem.getPublicClient()).extend(inferenceActions())
assert.equal((await client.inference.getModels()).length, 1)
assert.equal(await client.getChainId(), 4242)
console.log(lockstep.url)
`,
      `{ models: './models', networks: ['default'], flags: ['--chain-id', '4242'] }`,
    )
    const { code, output } = await run('run', 'scripts/script.ts')
    expect(output).toMatch(/^http/m)
    expect(code).toBe(0)
  })

  test('behavior: starts none for a project that asks for another network', async () => {
    const { run } = await runnable(`
const { viem, lockstep } = await network.create()
await (await viem.getPublicClient()).getBlockNumber()
console.log('lockstep', lockstep)
`)
    const { output } = await run('run', 'scripts/script.ts')
    expect(output).toContain('lockstep undefined')
  })

  test('error: a flag that is none says what the command said', async () => {
    const { run } = await runnable(
      `await network.create('lockstep')`,
      `{ flags: ['--frobnicate'] }`,
    )
    const { code, output } = await run('run', 'scripts/script.ts')
    expect(code).toBe(1)
    expect(output).toContain("unknown option '--frobnicate'")
  })

  test('error: a network of that name that is something else', async () => {
    const { run } = await runnable(
      `await network.create('lockstep')`,
      `{}, networks: { lockstep: { type: 'http', url: 'http://127.0.0.1:8545' } }`,
    )
    const { code, output } = await run('run', 'scripts/script.ts')
    expect(code).toBe(1)
    expect(output).toContain('The network "lockstep" is a devnet of Lockstep')
  })

  test('Solidity tests infer, beside a devnet of `lockstep run`', async () => {
    const hardhat = await HardhatProject.create({
      'hardhat.config.ts': config('{}'),
      'contracts/Predictor.sol': predictor,
      'models/volatility.onnx': model,
      'contracts/Predictor.t.sol': solidityTest,
    })
    const { code, output } = await hardhat.runBesideDevnet(
      ['--models', 'models'],
      'test',
      'solidity',
    )
    expect(output).toMatch(/1 passing/)
    expect(code).toBe(0)
  })
})

const solidityTest = `// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {InferenceTest} from "@lockstep/sdk/contracts/test/InferenceTest.sol";
import {ModelId} from "@lockstep/sdk/contracts/types/ModelId.sol";
import {Predictor} from "./Predictor.sol";

contract PredictorTest is InferenceTest {
    function test_predicts() public {
        ModelId model = ModelId.wrap(0x7bcfa75acd9fdc6b156d08c5c404847f8abbf450690722c18fcdbe30fadb9046);
        int256[] memory x = new int256[](8);
        for (uint256 i; i < 8; ++i) x[i] = i % 2 == 0 ? int256(1e16) : -1e16;
        require(new Predictor(model).predict(x) > 0, "no volatility");
    }
}`

async function runnable(script: string, lockstep?: string) {
  const hardhat = await project(script, lockstep)
  return { run: (...args: string[]) => hardhat.run(...args) }
}

/** The devnet's process hears of the end of its parent, and then ends. */
async function untilGone(url: string): Promise<void> {
  for (;;) {
    const answer = await fetch(url, { method: 'POST', body: '{}' }).catch(() => undefined)
    if (!answer) return
    await answer.arrayBuffer()
  }
}
