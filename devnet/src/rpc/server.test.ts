import { connect } from 'node:net'
import { createMemoryStore } from '@lockstep/precompile'
import { describe, expect, test } from 'vitest'
import { post, testServer } from './testing/testServer.js'

const chainId = { jsonrpc: '2.0', id: 1, method: 'eth_chainId' }
const text = (value: unknown) => JSON.stringify(value)

describe('envelope', () => {
  test.each([
    ['{bad', -32700],
    ['', -32700],
    ['[]', -32600],
    ['{}', -32600],
    ['1', -32600],
    ['null', -32600],
    ['{"jsonrpc":"1.0","id":1,"method":"eth_chainId"}', -32600],
    ['{"jsonrpc":"2.0","id":1,"method":7}', -32600],
    ['{"jsonrpc":"2.0","id":{},"method":"eth_chainId"}', -32600],
    ['{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":{}}', -32602],
    ['{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[1]}', -32602],
    ['{"jsonrpc":"2.0","id":1,"method":"eth_nothing"}', -32601],
    ['{"jsonrpc":"2.0","id":1,"method":"__proto__"}', -32601],
  ])('%s gets %i with HTTP 200', async (body, code) => {
    const { url } = await testServer()
    const answer = await post(url, body)
    expect(answer.status).toBe(200)
    expect(JSON.parse(answer.text)).toMatchObject({ jsonrpc: '2.0', error: { code } })
  })

  test('gives the id back as it came: number, string, null', async () => {
    const { url } = await testServer()
    for (const id of [7, 'seven', null]) {
      const answer = await post(url, text({ ...chainId, id }))
      expect(JSON.parse(answer.text)).toEqual({ jsonrpc: '2.0', id, result: '0x7a69' })
    }
  })

  test('answers on any path', async () => {
    const { url } = await testServer()
    expect((await post(`${url}/some/path?x=1`, text(chainId))).text).toContain('0x7a69')
  })

  test('a batch is run in order, and answered without its notifications', async () => {
    const { url, addressOf } = await testServer()
    const owner = addressOf(0)
    const batch = [
      { jsonrpc: '2.0', id: 'a', method: 'eth_getBalance', params: [owner] },
      { jsonrpc: '2.0', method: 'anvil_setBalance', params: [owner, '0x5'] },
      7,
      { jsonrpc: '2.0', id: 'b', method: 'eth_getBalance', params: [owner] },
    ]
    const answers = JSON.parse((await post(url, text(batch))).text)
    expect(answers).toMatchObject([
      { id: 'a', result: '0x21e19e0c9bab2400000' },
      { id: null, error: { code: -32600 } },
      { id: 'b', result: '0x5' },
    ])
  })

  test('notifications alone get 204 and no body', async () => {
    const { url } = await testServer()
    const notification = { jsonrpc: '2.0', method: 'eth_nothing' }
    expect(await post(url, text(notification))).toMatchObject({ status: 204, text: '' })
    expect(await post(url, text([notification]))).toMatchObject({ status: 204, text: '' })
  })

  test('a batch over the limit is refused whole', async () => {
    const { url } = await testServer({ maxBatch: 2 })
    const answer = await post(url, text([chainId, chainId, chainId]))
    expect(JSON.parse(answer.text).error).toEqual({
      code: -32600,
      message: 'Invalid request: a batch of 3, of at most 2 requests',
    })
  })

  test('a wrong parameter is named: method, position, name, value', async () => {
    const { failure } = await testServer()
    expect(await failure('hardhat_setBalance', '0x12', '0x1')).toEqual({
      code: -32602,
      message:
        'hardhat_setBalance: parameter 0 (address) must be an address: 0x and 40 hex digits, got "0x12"',
    })
    expect((await failure('eth_getBalance')).message).toBe(
      'eth_getBalance: parameter 0 (address) is missing',
    )
    expect((await failure('eth_call', { value: 'x' })).message).toMatch(
      /^eth_call: parameter 0 \(transaction\)\.value must be/,
    )
  })
})

describe('unexpected errors', () => {
  test('show nothing of their insides, are reported, and leave the node serving', async () => {
    const errors: unknown[] = []
    const broken = new TypeError('cannot read /home/somebody/secret')
    const store = { ...createMemoryStore(), list: () => Promise.reject(broken) }
    const onUnexpectedError = (error: unknown) => errors.push(error)
    const { call, failure } = await testServer({ store, onUnexpectedError })
    const error = await failure('lockstep_models')
    expect(error.code).toBe(-32603)
    expect(JSON.stringify(error)).not.toMatch(/secret|TypeError|\.ts|\.js/)
    expect(errors).toEqual([broken])
    expect(await call('eth_chainId')).toBe('0x7a69')
  })
})

describe('limits', () => {
  test('a body over the limit gets 413 with a JSON-RPC error, and the next one an answer', async () => {
    const { url } = await testServer({ maxBodyBytes: 1000 })
    const answer = await post(url, text({ ...chainId, params: ['x'.repeat(100_000)] }))
    expect(answer.status).toBe(413)
    expect(JSON.parse(answer.text)).toMatchObject({ id: null, error: { code: -32600 } })
    expect((await post(url, text(chainId))).status).toBe(200)
  })

  test('the limit can be lifted', async () => {
    const { url } = await testServer({ maxBodyBytes: Infinity })
    const answer = await post(url, `${' '.repeat(20_000_000)}${text(chainId)}`)
    expect(answer.status).toBe(200)
  })

  test('a client that never finishes its request is dropped', async () => {
    const { devnet } = await testServer({ transferTimeoutMs: 100 })
    const socket = connect(devnet.port, '127.0.0.1')
    socket.write('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{')
    const answer = await new Promise<string>((resolve) => {
      let received = ''
      socket.on('data', (chunk) => {
        received += chunk
      })
      socket.on('close', () => resolve(received))
    })
    expect(answer).toMatch(/^HTTP\/1\.1 408/)
  })

  test('what is no HTTP gets 400', async () => {
    const { devnet } = await testServer()
    const socket = connect(devnet.port, '127.0.0.1')
    socket.write('hello\r\n\r\n')
    const answer = await new Promise<string>((resolve) => {
      socket.on('data', (chunk) => resolve(chunk.toString()))
    })
    expect(answer).toMatch(/^HTTP\/1\.1 400/)
  })

  test('a client that leaves in the middle of its body costs nothing', async () => {
    const { devnet, call } = await testServer()
    const socket = connect(devnet.port, '127.0.0.1')
    await new Promise<void>((resolve) => socket.on('connect', resolve))
    await new Promise<void>((resolve) => {
      socket.write('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{', () => {
        socket.destroy()
        resolve()
      })
    })
    expect(await call('eth_chainId')).toBe('0x7a69')
  })

  test('methods other than POST get 405', async () => {
    const { url } = await testServer()
    const response = await fetch(url)
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST, OPTIONS'])
  })
})

describe('CORS', () => {
  const origin = 'http://app.example'
  const preflight = (url: string) => fetch(url, { method: 'OPTIONS', headers: { origin } })
  const allowed = ({ headers }: { headers: Headers }) => headers.get('access-control-allow-origin')

  test('lets every origin read by default, preflight included', async () => {
    const { url } = await testServer()
    const response = await preflight(url)
    expect([response.status, allowed(response)]).toEqual([200, '*'])
    expect(response.headers.get('access-control-allow-headers')).toBe('content-type')
    expect(allowed(await post(url, text(chainId), { origin }))).toBe('*')
  })

  test('can be restricted to one origin', async () => {
    const { url } = await testServer({ allowOrigin: origin })
    expect(allowed(await preflight(url))).toBe(origin)
    expect(allowed(await post(url, text(chainId), { origin: 'http://other.example' }))).toBeNull()
  })

  test('can be switched off', async () => {
    const { url } = await testServer({ allowOrigin: false })
    expect(allowed(await preflight(url))).toBeNull()
  })
})

describe('close', () => {
  test('answers the request under way first', async () => {
    const { devnet, call } = await testServer()
    const answer = call('anvil_mine', '0x20')
    await new Promise<void>((resolve) => devnet.node.on('block', () => resolve()))
    await devnet.server.close()
    expect(await answer).toBeNull()
  })
})

test('calls are told to whoever listens, unless logging is off', async () => {
  const calls: string[] = []
  const { call } = await testServer({ onCall: (method) => calls.push(method) })
  await call('eth_chainId')
  await call('anvil_setLoggingEnabled', false)
  await call('eth_chainId')
  expect(calls).toEqual(['eth_chainId', 'anvil_setLoggingEnabled'])
})
