import { request as httpRequest } from 'node:http'
import { connect, type Socket } from 'node:net'
import {
  Dtype,
  decodeInferResponse,
  encodeInferRequest,
  headerLengthOf,
  modelIdOf,
} from '@lockstep/precompile'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { node, onnx, value, weight } from '../../../../precompile/src/testing/onnx.js'
import { createDevnet, type Devnet } from '../../devnet.js'
import { reciprocal, whole } from '../../node/testing/models.js'
import { rpcClient } from '../testing/testServer.js'

/** As the specification's examples call it: `output0[i][j]` is `input0[0][j]` where `input1[i]` is true, else 0. */
const example = onnx({
  nodes: [
    node('Cast', ['input0'], ['numbers'], { to: BigInt(Dtype.float32) }),
    node('Gather', ['numbers', 'zero'], ['row'], { axis: 0n }),
    node('Cast', ['input1'], ['mask'], { to: BigInt(Dtype.float32) }),
    node('Unsqueeze', ['mask', 'one'], ['column']),
    node('Mul', ['column', 'row'], ['output0']),
  ],
  inputs: [value('input0', Dtype.uint32, [2, 2]), value('input1', Dtype.bool, [3])],
  outputs: [value('output0', Dtype.float32, [3, 2])],
  weights: [
    weight('zero', Dtype.int64, [], BigInt64Array.of(0n)),
    weight('one', Dtype.int64, [1], BigInt64Array.of(1n)),
  ],
})
const id = modelIdOf(example)
const exampleInputs = [
  { name: 'input0', shape: [2, 2], datatype: 'UINT32', data: [1, 2, 3, 4] },
  { name: 'input1', shape: [3], datatype: 'BOOL', data: [true, false, true] },
]

let devnet: Devnet
let url: string
beforeAll(async () => {
  const models = [example, reciprocal.bytes, whole.bytes]
  const maxBodyBytes = 10_000
  devnet = await createDevnet({
    port: 0,
    engine: 'wasm',
    serveInference: true,
    models,
    maxBodyBytes,
  })
  url = `${devnet.url}/v2`
})
afterAll(() => devnet.close())

async function get(path: string) {
  const response = await fetch(`${url}${path}`)
  return { status: response.status, body: await response.json() }
}

async function infer(
  body: NonNullable<RequestInit['body']>,
  { model = id as string, headers = {} } = {},
) {
  const path = `${url}/models/${encodeURIComponent(model)}/infer`
  const response = await fetch(path, { method: 'POST', body, headers })
  return { response, bytes: new Uint8Array(await response.arrayBuffer()) }
}

async function inferJson(value: unknown, options = {}) {
  const { response, bytes } = await infer(JSON.stringify(value), options)
  return { status: response.status, body: JSON.parse(Buffer.from(bytes).toString()) }
}

describe('what the server says of itself', () => {
  test('name, build and extensions', async () => {
    expect(await get('')).toEqual({
      status: 200,
      body: {
        name: 'lockstep',
        version: expect.stringMatching(/^\d+\.\d+\.\d+\+onnxruntime-web\.1\.30\.0$/),
        extensions: ['binary_tensor_data'],
      },
    })
  })

  test('that it lives and is ready', async () => {
    expect(await get('/health/live')).toEqual({ status: 200, body: { live: true } })
    expect(await get('/health/ready')).toEqual({ status: 200, body: { live: true, ready: true } })
  })

  test('which models it has, by id with and without 0x', async () => {
    for (const name of [id, id.slice(2), id.toUpperCase().replace('X', 'x')]) {
      expect(await get(`/models/${name}`)).toEqual({
        status: 200,
        body: {
          name,
          platform: 'lockstep_onnx',
          inputs: [
            { name: 'input0', datatype: 'UINT32', shape: [2, 2] },
            { name: 'input1', datatype: 'BOOL', shape: [3] },
          ],
          outputs: [{ name: 'output0', datatype: 'FP32', shape: [3, 2] }],
        },
      })
      expect(await get(`/models/${name}/ready`)).toEqual({
        status: 200,
        body: { name, ready: true },
      })
    }
  })

  test.each([
    `/models/0x${'00'.repeat(32)}`,
    `/models/0x${'00'.repeat(32)}/ready`,
    '/models/mymodel',
    '/models',
    '/models/',
    `/models/0x${'11'.repeat(20)}%2Fnobody`,
    `/models/${id}/versions/1`,
    `/models/${id}/other`,
    '/other',
  ])('error: there is no %s', async (path) => {
    expect(await get(path)).toEqual({ status: 404, body: { error: expect.any(String) } })
  })

  test('a name that is escaped wrongly', async () => {
    expect((await get('/models/%ff')).status).toBe(400)
  })
})

describe('an inference', () => {
  test('in JSON, as the specification has it', async () => {
    const request = { id: '42', inputs: exampleInputs, outputs: [{ name: 'output0' }] }
    expect(await inferJson(request)).toEqual({
      status: 200,
      body: {
        model_name: id,
        id: '42',
        outputs: [{ name: 'output0', shape: [3, 2], datatype: 'FP32', data: [1, 2, 0, 0, 1, 2] }],
      },
    })
  })

  test('with binary tensors both ways', async () => {
    const inputs = [
      {
        name: 'input0',
        dtype: Dtype.uint32,
        shape: [2, 2],
        data: new Uint8Array(Uint32Array.of(1, 2, 3, 4).buffer),
      },
      { name: 'input1', dtype: Dtype.bool, shape: [3], data: Uint8Array.of(1, 0, 1) },
    ]
    const sent = encodeInferRequest(inputs, true)
    const headers = { 'inference-header-content-length': String(sent.headerLength) }
    const { response, bytes } = await infer(new Uint8Array(sent.bytes), { headers })
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('application/octet-stream')
    const headerLength = headerLengthOf(Object.fromEntries(response.headers))
    expect(headerLength).toBe(bytes.length - 24)
    expect(decodeInferResponse({ bytes, headerLength })).toEqual([
      {
        name: 'output0',
        dtype: Dtype.float32,
        shape: [3, 2],
        data: new Uint8Array(Float32Array.of(1, 2, 0, 0, 1, 2).buffer),
      },
    ])
  })

  test('runs beside a chain that stands still: it makes no block and costs nobody anything', async () => {
    const before = devnet.node.head.hash
    await inferJson({ inputs: exampleInputs })
    expect(devnet.node.head.hash).toBe(before)
  })
})

const [input0, input1] = exampleInputs
const refused: Record<string, { request: unknown; says: RegExp; model?: string }> = {
  'an input is missing': { request: { inputs: [input0] }, says: /"input1" is missing/ },
  'an input is not the model’s': {
    request: { inputs: [...exampleInputs, { ...input0, name: 'x' }] },
    says: /no input "x"/,
  },
  'an output is not the model’s': {
    request: { inputs: exampleInputs, outputs: [{ name: 'y' }] },
    says: /no output "y"/,
  },
  'the data is shorter than the shape, as in the specification’s own example': {
    request: { inputs: [input0, { ...input1, data: [true] }] },
    says: /holds 1 elements, the shape needs 3/,
  },
  'the shape is not the model’s': {
    request: { inputs: [{ ...input0, shape: [4] }, input1] },
    says: /ShapeMismatch\(0, \[2, 2\], \[4\]\)/,
  },
  'the type is not the model’s': {
    request: { inputs: [{ ...input0, datatype: 'INT32' }, input1] },
    says: /DtypeMismatch\(0, 12, 6\)/,
  },
  'the output is not finite': {
    request: { inputs: [{ name: 'x', shape: [1], datatype: 'FP32', data: [0] }] },
    says: /NonFiniteOutput/,
    model: reciprocal.id,
  },
  'the shape is absurd': {
    request: { inputs: [{ name: 'x', shape: [2 ** 40, 0], datatype: 'FP32', data: [] }] },
    says: /ShapeMismatch/,
    model: reciprocal.id,
  },
}

describe('is refused where', () => {
  test.each(Object.entries(refused))('%s', async (_, { request, says, model = id }) => {
    expect(await inferJson(request, { model })).toEqual({
      status: 400,
      body: { error: expect.stringMatching(says) },
    })
  })

  test('the run costs more than a block may hold', async () => {
    const { call } = rpcClient(devnet.url)
    await call('evm_setBlockGasLimit', '0x3e8')
    try {
      const { status, body } = await inferJson({ inputs: exampleInputs })
      expect([status, body.error]).toEqual([
        400,
        'The run costs more than the 1000 gas of a block.',
      ])
    } finally {
      await call('evm_setBlockGasLimit', '0x1c9c380')
    }
  })

  test('the model is not registered', async () => {
    const model = `0x${'00'.repeat(32)}`
    expect((await inferJson({ inputs: [] }, { model })).status).toBe(404)
  })

  test('the body is too long, by what it says or by what comes', async () => {
    expect((await inferJson({ id: 'x'.repeat(20_000) })).status).toBe(413)
  })

  test('nobody says how long the body is', async () => {
    const status = await new Promise((resolve, reject) => {
      const headers = { 'transfer-encoding': 'chunked' }
      const sent = httpRequest(`${url}/models/${id}/infer`, { method: 'POST', headers })
      sent.on('response', ({ statusCode }) => resolve(statusCode)).on('error', reject)
      sent.end('{}')
    })
    expect(status).toBe(411)
  })

  test('the body is packed', async () => {
    const headers = { 'content-encoding': 'gzip' }
    expect((await inferJson({}, { headers })).status).toBe(415)
  })

  test('the header’s length is none', async () => {
    for (const length of ['-1', '1e3', '99999', 'x']) {
      const headers = { 'inference-header-content-length': length }
      expect((await inferJson({ inputs: exampleInputs }, { headers })).status).toBe(400)
    }
  })

  test('another method is used', async () => {
    const response = await fetch(`${url}/models/${id}/infer`)
    expect(response.status).toBe(405)
    expect((await fetch(url, { method: 'POST', body: '{}' })).status).toBe(405)
  })

  test('a web page of another host asks, and no page may read an answer', async () => {
    const headers = { origin: 'https://example.com' }
    const { status, body } = await inferJson({ inputs: exampleInputs }, { headers })
    expect([status, body.error]).toEqual([403, 'Web pages of other hosts are not served.'])
    const own = await fetch(url, { headers: { origin: 'http://localhost:3000' } })
    expect(own.status).toBe(200)
    expect(own.headers.get('access-control-allow-origin')).toBeNull()
  })

  test('too many wait, until one of them is answered', async () => {
    const { hostname, port } = new URL(url)
    const head = `POST /v2/models/${id}/infer HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n`
    // The answer to this header shows that the request has been taken in.
    const open = () =>
      new Promise<Socket>((resolve) => {
        const socket = connect(Number(port), hostname)
        socket.write(`${head}Expect: 100-continue\r\n\r\n`)
        socket.once('data', () => resolve(socket))
      })
    const sockets = await Promise.all(Array.from({ length: 64 }, open))
    try {
      const { response, bytes } = await infer('{}')
      expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1'])
      expect(Buffer.from(bytes).toString()).toContain('Too many inferences wait here already.')
      const [done] = sockets
      const answered = new Promise((resolve) => done?.once('data', resolve))
      done?.write('{}        ')
      await answered
      expect((await infer('{}')).response.status).toBe(400)
    } finally {
      for (const socket of sockets) socket.destroy()
    }
  })

  test('the client is gone before its body: the next one is served', async () => {
    const { hostname, port } = new URL(url)
    await new Promise<void>((resolve) => {
      const socket = connect(Number(port), hostname, () => {
        socket.write(
          `POST /v2/models/${id}/infer HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{`,
        )
        socket.destroy()
        resolve()
      })
    })
    expect((await inferJson({ inputs: exampleInputs })).status).toBe(200)
  })
})

test('without being told to, a devnet serves no one', async () => {
  const plain = await createDevnet({ port: 0 })
  try {
    expect((await fetch(`${plain.url}/v2`)).status).toBe(405)
  } finally {
    await plain.close()
  }
})
