import { once } from 'node:events'
import { connect } from 'node:net'
import { inferenceAbi } from '@lockstep/precompile'
import { encodeFunctionData, parseEther } from 'viem'
import { describe, expect, test } from 'vitest'
import WebSocket from 'ws'
import { inferenceAddress } from '../node/registry.js'
import { affine } from '../node/testing/models.js'
import { deployProbe, probeData } from '../node/testing/probe.js'
import { startAnvil } from './testing/anvil.js'
import { openSocket } from './testing/openSocket.js'
import { testServer } from './testing/testServer.js'

const to = `0x${'77'.repeat(20)}`

describe('WebSocket', () => {
  test('answers on the port of HTTP, requests and batches, by the same handlers', async () => {
    const { url, addressOf, call } = await testServer()
    const { ask, socket, next } = await openSocket(url)
    expect(await ask('eth_chainId')).toEqual({ jsonrpc: '2.0', id: 1, result: '0x7a69' })
    await ask('anvil_setBalance', addressOf(0), '0x5')
    expect(await call('eth_getBalance', addressOf(0))).toBe('0x5')
    expect(await ask('eth_nothing')).toMatchObject({ id: 3, error: { code: -32601 } })
    socket.send('{bad')
    expect(await next()).toMatchObject({ id: null, error: { code: -32700 } })
    socket.send('[{"jsonrpc":"2.0","id":"a","method":"eth_chainId"},7]')
    expect(await next()).toMatchObject([{ id: 'a', result: '0x7a69' }, { error: { code: -32600 } }])
  })

  test('a message over the limit closes the connection with 1009, and no other', async () => {
    const { url } = await testServer({ maxBodyBytes: 1000 })
    const [large, other] = [await openSocket(url), await openSocket(url)]
    large.socket.send('x'.repeat(1001))
    expect((await once(large.socket, 'close'))[0]).toBe(1009)
    expect((await other.ask('eth_chainId')).result).toBe('0x7a69')
  })

  test('a page of an origin that is not allowed cannot connect', async () => {
    const { url } = await testServer({ allowOrigin: 'http://app.example' })
    const refused = new WebSocket(url.replace('http', 'ws'), { origin: 'http://other.example' })
    const [error] = await once(refused, 'error')
    expect(String(error)).toContain('403')
    const { ask } = await openSocket(url, { origin: 'http://app.example' })
    expect((await ask('eth_chainId')).result).toBe('0x7a69')
  })

  test('models are uploaded by no page of another host', async () => {
    const { url } = await testServer()
    const chunk = { offset: 0, size: 1, data: '0x00' }
    const foreign = await openSocket(url, { origin: 'http://other.example' })
    expect(await foreign.ask('lockstep_putModel', affine.id, chunk)).toMatchObject({
      error: { message: expect.stringContaining('from no web page') },
    })
  })

  test('a client that takes nothing of what it asks for is dropped, and the node goes on', async () => {
    const { url, call, node } = await testServer({ maxBacklogBytes: 1_000_000 })
    const { socket } = await openSocket(url)
    socket.pause()
    // An answer gives the id back, however long; this one is longer than what the system takes in between.
    const request = { jsonrpc: '2.0', id: 'x'.repeat(15_000_000), method: 'evm_mine' }
    for (let index = 0; index < 2; index++) {
      const mined = new Promise((resolve) => node.on('block', resolve))
      socket.send(JSON.stringify(request))
      await mined
    }
    // The second answer found the first one waiting.
    expect(await call('eth_blockNumber')).toBe('0x2')
    const gone = once(socket, 'close')
    socket.resume()
    expect((await gone)[0]).toBe(1006)
    expect(await call('eth_chainId')).toBe('0x7a69')
  })

  test('what is no WebSocket handshake is refused', async () => {
    const { devnet, call } = await testServer()
    const socket = connect(devnet.port, '127.0.0.1')
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n')
    const [answer] = await once(socket, 'data')
    expect(String(answer)).toMatch(/^HTTP\/1\.1 4\d\d/)
    expect(await call('eth_chainId')).toBe('0x7a69')
  })

  test('a request under way is answered before the node closes, which the client is told', async () => {
    const { devnet, url } = await testServer()
    const { ask, socket } = await openSocket(url)
    const answer = ask('anvil_mine', '0x20')
    const closed = once(socket, 'close')
    await new Promise<void>((resolve) => devnet.node.on('block', () => resolve()))
    await devnet.server.close()
    expect(await answer).toMatchObject({ result: null })
    expect((await closed)[0]).toBe(1001)
  })
})

describe('eth_subscribe', () => {
  test('newHeads tells every block, as a real Anvil does', async () => {
    const anvil = await startAnvil()
    const told = []
    for (const { url, call } of [anvil, await testServer()]) {
      const { ask, next } = await openSocket(url)
      const { result: subscription } = await ask('eth_subscribe', 'newHeads')
      await call('evm_mine')
      const head = await next()
      expect(head).toMatchObject({ method: 'eth_subscription', params: { subscription } })
      expect(head.params?.result).toMatchObject({ number: '0x1' })
      told.push(Object.keys(head.params?.result as object).sort())
    }
    const header = new Set(told[1])
    const bodyOf = ['size', 'totalDifficulty', 'transactions', 'uncles', 'withdrawals']
    expect(told[0]?.filter((name) => !header.has(name) && !bodyOf.includes(name))).toEqual([])
  })

  test('logs tells those that match and, when their block leaves the chain, that they are removed', async () => {
    const { url, call, node } = await testServer()
    const probe = await deployProbe(node, 5n)
    const { ask, next } = await openSocket(url)
    await ask('eth_subscribe', 'logs', { address: to })
    const { result: subscription } = await ask('eth_subscribe', 'logs', { address: probe })
    const snapshot = await call('evm_snapshot')
    const [sender] = await call<string[]>('eth_accounts')
    const transactionHash = await call('eth_sendTransaction', {
      from: sender,
      to: probe,
      data: probeData('store', 9n),
    })
    const log = { address: probe, transactionHash }
    expect((await next()).params).toMatchObject({
      subscription,
      result: { ...log, removed: false },
    })
    await call('evm_revert', snapshot)
    expect((await next()).params).toMatchObject({ subscription, result: { ...log, removed: true } })
  })

  test('newPendingTransactions tells hashes, or transactions', async () => {
    const { url, call, addressOf } = await testServer()
    await call('evm_setAutomine', false)
    const [hashes, whole] = [await openSocket(url), await openSocket(url)]
    await hashes.ask('eth_subscribe', 'newPendingTransactions')
    await whole.ask('eth_subscribe', 'newPendingTransactions', true)
    const hash = await call('eth_sendTransaction', { from: addressOf(0), to })
    expect((await hashes.next()).params?.result).toBe(hash)
    expect((await whole.next()).params?.result).toMatchObject({ hash, to, blockHash: null })
  })

  test('syncing tells at once that the node is in step', async () => {
    const { url } = await testServer()
    const { ask, next } = await openSocket(url)
    const { result: subscription } = await ask('eth_subscribe', 'syncing')
    expect((await next()).params).toEqual({ subscription, result: false })
  })

  test('lockstep_inferences tells each inference of each block', async () => {
    const { url, call, addressOf } = await testServer({ models: [affine.bytes] })
    const { ask, next } = await openSocket(url)
    const { result: subscription } = await ask('eth_subscribe', 'lockstep_inferences')
    const transactionHash = await call('eth_sendTransaction', {
      from: addressOf(0),
      to: inferenceAddress,
      data: encodeFunctionData({
        abi: inferenceAbi,
        functionName: 'infer',
        args: [affine.id, [parseEther('3')]],
      }),
    })
    const { params } = await next()
    expect(params).toMatchObject({ subscription, result: { transactionHash, model: affine.id } })
    expect(await call('lockstep_getInferences', transactionHash)).toEqual([params?.result])
  })

  test('nothing is told before the id under which it is told, and nothing after its end', async () => {
    const { url, call } = await testServer()
    const { ask, next, socket } = await openSocket(url)
    const request = (id: number, method: string, ...params: unknown[]) => ({
      jsonrpc: '2.0',
      id,
      method,
      params,
    })
    const batch = [request(1, 'eth_subscribe', 'newHeads'), request(2, 'evm_mine')]
    socket.send(JSON.stringify(batch))
    const [answer] = (await next()) as unknown as { result: string }[]
    const id = answer?.result
    expect((await next()).params).toMatchObject({ subscription: id, result: { number: '0x1' } })
    expect((await ask('eth_unsubscribe', id)).result).toBe(true)
    await call('evm_mine')
    expect((await ask('eth_unsubscribe', id)).result).toBe(false)
  })

  test('ends with its connection', async () => {
    const { url, call } = await testServer()
    const { ask, socket } = await openSocket(url)
    await ask('eth_subscribe', 'newHeads')
    socket.close()
    await once(socket, 'close')
    const other = await openSocket(url)
    await call('evm_mine')
    expect((await other.ask('eth_blockNumber')).result).toBe('0x1')
  })

  test.each([
    ['an unknown kind', ['oldHeads'], 'parameter 0 (subscription kind)'],
    ['a wrong filter', ['logs', { address: '0x12' }], 'parameter 1 (subscription options).address'],
    ['options that the kind does not take', ['newHeads', {}], 'newHeads takes no options'],
  ])('error: %s', async (_, params, message) => {
    const { url } = await testServer()
    const { ask } = await openSocket(url)
    const { error } = await ask('eth_subscribe', ...params)
    expect(error).toMatchObject({ code: -32602, message: expect.stringContaining(message) })
  })

  test('error: over HTTP, which carries answers alone', async () => {
    const { failure } = await testServer()
    expect(await failure('eth_subscribe', 'newHeads')).toMatchObject({
      code: -32601,
      message: expect.stringContaining('WebSocket or IPC'),
    })
  })
})
