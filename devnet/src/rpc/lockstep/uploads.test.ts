import { request } from 'node:http'
import { bytesToHex, keccak256 } from 'viem'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Node } from '../../node/node.js'
import { affine, reciprocal, type TestModel } from '../../node/testing/models.js'
import { testNode } from '../../node/testing/testNode.js'
import { inProcess } from '../peer.js'
import { post, testServer } from '../testing/testServer.js'
import { type UploadOptions, Uploads } from './uploads.js'

const parts = ({ bytes }: TestModel, length: number) =>
  Array.from({ length: Math.ceil(bytes.length / length) }, (_, index) => ({
    offset: index * length,
    size: bytes.length,
    data: bytesToHex(bytes.subarray(index * length, (index + 1) * length)),
  }))
const whole = (model: TestModel) => parts(model, model.bytes.length)[0]

/** Any bytes, under their own hash: uploads are judged only when they are complete. */
const blob = (fill: number, size = 100): TestModel => {
  const bytes = new Uint8Array(size).fill(fill)
  return { bytes, id: keccak256(bytes) }
}

describe('lockstep_putModel', () => {
  test('takes a model in parts, and keeps it when the last one is there', async () => {
    const { call, node } = await testServer()
    const chunks = parts(affine, 50)
    for (const [index, chunk] of chunks.entries()) {
      expect(await node.models.has(affine.id)).toBe(false)
      expect(await call('lockstep_putModel', affine.id, chunk)).toEqual({
        received: Math.min((index + 1) * 50, affine.bytes.length),
        complete: index === chunks.length - 1,
      })
    }
    expect(await node.models.get(affine.id)).toEqual(affine.bytes)
  })

  test('answers at once for a model that it has', async () => {
    const { call } = await testServer({ models: [affine.bytes] })
    const [first] = parts(affine, 10)
    expect(await call('lockstep_putModel', affine.id, first)).toEqual({
      received: affine.bytes.length,
      complete: true,
    })
  })

  test('starts again at offset 0', async () => {
    const { call } = await testServer()
    const [first, second] = parts(affine, 50)
    await call('lockstep_putModel', affine.id, first)
    await call('lockstep_putModel', affine.id, second)
    expect(await call('lockstep_putModel', affine.id, first)).toMatchObject({ received: 50 })
    expect(await call('lockstep_putModel', affine.id, whole(affine))).toMatchObject({
      complete: true,
    })
  })

  test('error: a part out of turn says which offset is expected', async () => {
    const { call, failure } = await testServer()
    const [first, second, third] = parts(affine, 50)
    expect(await failure('lockstep_putModel', affine.id, second)).toMatchObject({
      code: -32602,
      data: { expectedOffset: 0 },
    })
    await call('lockstep_putModel', affine.id, first)
    expect(await failure('lockstep_putModel', affine.id, third)).toMatchObject({
      code: -32602,
      data: { expectedOffset: 50 },
    })
  })

  test('error: sizes that are wrong or over a limit', async () => {
    const { failure } = await testServer({ uploadLimits: { modelBytes: 1000, chunkBytes: 100 } })
    const put = async (chunk: object) =>
      (await failure('lockstep_putModel', affine.id, chunk)).message
    expect(await put({ offset: 0, size: 1001, data: '0x00' })).toContain(
      'the file in bytes is 1001, the limit is 1000',
    )
    expect(await put({ offset: 0, size: 1000, data: `0x${'00'.repeat(101)}` })).toContain(
      '1 to 100 bytes',
    )
    expect(await put({ offset: 0, size: 1000, data: '0x' })).toContain('1 to 100 bytes, got 0')
    expect(await put({ offset: 0, size: 1, data: '0x0000' })).toContain('go past the size 1')
    expect(await put({ offset: 0, size: 0, data: '0x00' })).toContain(
      '.size must be a whole number',
    )
    expect(await put({ offset: 0, size: 1 })).toContain('offset, size and data')
  })

  test('error: bytes of another hash are not stored', async () => {
    const { failure, node } = await testServer()
    const error = await failure('lockstep_putModel', reciprocal.id, whole(affine))
    expect(error).toMatchObject({
      code: -32602,
      data: { expected: reciprocal.id, actual: affine.id },
    })
    expect(await node.models.list()).toEqual([])
  })

  test('error: what the validator refuses is not stored, and says why', async () => {
    const { failure, node } = await testServer()
    const { bytes, id } = blob(0xff)
    expect(await failure('lockstep_putModel', id, whole({ bytes, id }))).toMatchObject({
      code: -32602,
      message: expect.stringContaining('not a readable ONNX model'),
      data: { code: 'parse', node: null, operator: null },
    })
    expect(await node.models.list()).toEqual([])
  })
})

describe('who may upload', () => {
  const put = JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'lockstep_putModel',
    params: [affine.id, whole(affine)],
  })

  /** `fetch` sets the Host header itself; a rebound DNS name would arrive in it. */
  function postTo(port: number, host: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const sent = request(
        { port, host: '127.0.0.1', method: 'POST', headers: { host } },
        (response) => {
          let text = ''
          response.on('data', (chunk) => {
            text += chunk
          })
          response.on('end', () => resolve(text))
        },
      )
      sent.on('error', reject)
      sent.end(put)
    })
  }

  test('by default: this machine, by a loopback name', async () => {
    for (const host of ['localhost', '127.0.0.1:8545', '[::1]:8545', '127.8.0.1']) {
      const { devnet } = await testServer()
      expect(JSON.parse(await postTo(devnet.port, host)).result).toMatchObject({ complete: true })
    }
  })

  test('not by another name, such as one rebound to this machine', async () => {
    const { devnet } = await testServer()
    for (const host of [
      'attacker.example',
      '127.0.0.1.attacker.example',
      'localhost.attacker.example',
      '10.0.0.1',
    ]) {
      expect(JSON.parse(await postTo(devnet.port, host)).error).toMatchObject({ code: -32003 })
    }
  })

  test('not from another host’s web page', async () => {
    const { url } = await testServer()
    for (const origin of ['http://attacker.example', 'null']) {
      expect(JSON.parse((await post(url, put, { origin })).text).error).toMatchObject({
        code: -32003,
      })
    }
    const own = await post(url, put, { origin: 'http://localhost:3000' })
    expect(JSON.parse(own.text).result).toMatchObject({ complete: true })
  })

  test('anyone, or nobody, where the node is told so', async () => {
    const open = await testServer({ modelUpload: 'anyone' })
    const answer = await post(open.url, put, { origin: 'http://other.example' })
    expect(JSON.parse(answer.text).result).toMatchObject({ complete: true })
    const shut = await testServer({ modelUpload: 'nobody' })
    expect(await shut.failure('lockstep_putModel', affine.id, whole(affine))).toMatchObject({
      code: -32003,
      message: 'lockstep_putModel: this node takes no models',
    })
  })
})

describe('what is held for clients', () => {
  async function uploads(options: Partial<UploadOptions>) {
    const node = await testNode()
    const clock = { now: 0 }
    const now = () => clock.now
    const onError = (error: unknown) => {
      throw error
    }
    const held = new Uploads(node, { allow: 'local', onError, now, ...options })
    onTestFinished(() => held.close())
    const put = ({ id, bytes }: TestModel, offset = 0, end = bytes.length) =>
      held.put(id, { offset, size: bytes.length, data: bytes.subarray(offset, end) }, inProcess)
    return { node, held, clock, put }
  }
  const stored = async (node: Node) => (await node.models.list()).map(({ id }) => id)

  test('error: more uploads at a time than the limit, until one goes idle', async () => {
    const { put, clock } = await uploads({ uploads: 2, idleMs: 1000 })
    await put(blob(1), 0, 10)
    clock.now = 500
    await put(blob(2), 0, 10)
    await expect(put(blob(3), 0, 10)).rejects.toThrow('limit of 2')
    clock.now = 1200
    await put(blob(3), 0, 10)
    await expect(put(blob(1), 10, 20)).rejects.toThrow('no upload of this model is under way')
  })

  test('error: more announced bytes than the limit', async () => {
    const { put } = await uploads({ stagedBytes: 250 })
    await put(blob(1), 0, 10)
    await put(blob(2), 0, 10)
    await expect(put(blob(3), 0, 10)).rejects.toThrow('limit of 250')
  })

  test('a model that nobody registers is deleted after a while', async () => {
    const { node, held, put, clock } = await uploads({ unregisteredMs: 1000 })
    await put(affine)
    clock.now = 900
    await held.sweep()
    expect(await stored(node)).toEqual([affine.id])
    clock.now = 1100
    await held.sweep()
    expect(await stored(node)).toEqual([])
  })

  test('a registered model stays', async () => {
    const node = await testNode({ models: [affine.bytes] })
    await node.models.delete(affine.id)
    const clock = { now: 0 }
    const held = new Uploads(node, {
      allow: 'local',
      onError: console.error,
      now: () => clock.now,
      unregisteredMs: 10,
    })
    onTestFinished(() => held.close())
    await held.put(
      affine.id,
      { offset: 0, size: affine.bytes.length, data: affine.bytes },
      inProcess,
    )
    clock.now = 1000
    await held.sweep()
    expect(await stored(node)).toEqual([affine.id])
  })

  test('the oldest unregistered models make room for new ones', async () => {
    const { node, put } = await uploads({ unregistered: 1 })
    await put(affine)
    await put(reciprocal)
    expect(await stored(node)).toEqual([reciprocal.id])
  })

  test('… and by bytes', async () => {
    const { node, put } = await uploads({ unregisteredBytes: affine.bytes.length + 1 })
    await put(affine)
    await put(reciprocal)
    expect(await stored(node)).toEqual([reciprocal.id])
  })
})
