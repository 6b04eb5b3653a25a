import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createInferencePrecompile } from '../../createInferencePrecompile.js'
import { readExactGraph } from '../../exact/read.js'
import { evaluateExact } from '../../exact/reference.js'
import { readModel } from '../../model/index.js'
import { createMemoryStore } from '../../store/memory.js'
import { Dtype } from '../../tensor.js'
import { float32 } from '../../testing/calls.js'
import { denseNetwork } from '../../testing/onnx.js'
import type { Engine } from '../engine.js'
import { writeKnownModel } from '../knownAnswers/model.js'
import { createWasmEngine } from '../wasm.js'
import { createRemoteEngine, type RemoteEngine } from './engine.js'
import type { RemoteEvent, RemoteOptions } from './options.js'
import { type Misdeed, oneBitOff, startServer, type TestServer } from './testing/inferenceServer.js'

const operand = { dtype: Dtype.int32, shape: [9], low: -9n, high: 9n }
const { bytes, inputs } = writeKnownModel('Neg', [{ operands: [operand] }])
const model = readModel(bytes)
const want = evaluateExact(readExactGraph(bytes), inputs)

let wasm: Engine
beforeAll(() => {
  wasm = createWasmEngine({ threads: 1 })
})
afterAll(() => wasm.close())

/** The canonical engine of all tests of this file, counting what it is asked. */
function localEngine(): Engine & { runs: number } {
  return {
    runs: 0,
    runtimeId: wasm.runtimeId,
    run(...args) {
      this.runs++
      return wasm.run(...args)
    },
    warm: (...args) => wasm.warm(...args),
    close: async () => {},
  }
}

interface Stage {
  readonly engine: RemoteEngine
  readonly local: { runs: number }
  readonly events: RemoteEvent[]
}

/** An engine over remotes that have passed the known answers, where they do. */
async function stage(
  servers: readonly (TestServer | string)[],
  options: Partial<RemoteOptions> = {},
): Promise<Stage> {
  const local = localEngine()
  const events: RemoteEvent[] = []
  const engine = createRemoteEngine({
    endpoints: servers.map((server) => (typeof server === 'string' ? server : server.url)),
    local,
    sampleShare: 0,
    // A busy machine is no slow remote.
    hedgeMs: 30_000,
    deadlineMs: 60_000,
    onEvent: (event) => events.push(event),
    ...options,
  })
  onTestFinished(() => engine.close())
  await engine.prepare(model)
  local.runs = 0
  for (const server of servers) if (typeof server !== 'string') server.asked = 0
  return { engine, local, events }
}

/** Two servers of different builds that have the model. */
async function pair() {
  const models = [bytes]
  return Promise.all([startServer({ models }), startServer({ models, version: '2' })])
}

/** Resolves when an event of this kind comes. */
function coming(events: RemoteEvent[], isIt: (event: RemoteEvent) => boolean): Promise<void> {
  return new Promise((resolve) => {
    events.push = (event) => {
      if (isIt(event)) resolve()
      return Array.prototype.push.call(events, event)
    }
  })
}

const lie: NonNullable<TestServer['answer']> = (outputs) => oneBitOff(outputs)

describe('createRemoteEngine: quorum', () => {
  test('two remotes of different builds that agree answer without the local engine', async () => {
    const servers = await pair()
    const { engine, local } = await stage(servers)
    expect(await engine.run(model, inputs)).toEqual(want)
    expect(local.runs).toBe(0)
    expect(servers.map(({ asked }) => asked)).toEqual([1, 1])
    expect(engine.report()).toMatchObject({
      verify: 'quorum',
      runs: { agreed: 1 },
      endpoints: [
        { endpoint: servers[0].host, state: 'up', build: 'test 1', binary: true },
        { endpoint: servers[1].host, state: 'up', build: 'test 2', binary: true },
      ],
    })
  })

  test('one that lies in one bit is found out by the other, and taken out', async () => {
    const [honest, liar] = await pair()
    const { engine, local, events } = await stage([honest, liar])
    liar.answer = lie
    expect(await engine.run(model, inputs)).toEqual(want)
    expect(local.runs).toBe(1)
    const reason = `it answered otherwise than the local engine on model ${model.id}`
    expect(events.at(-1)).toEqual({ endpoint: liar.host, type: 'out', reason })
    expect(engine.report()).toMatchObject({
      runs: { contradicted: 1 },
      endpoints: [
        { state: 'up', counts: { verified: 1, wrong: 0 } },
        { state: 'out', reason, counts: { verified: 1, wrong: 1 } },
      ],
    })
    liar.asked = 0
    expect(await engine.run(model, inputs)).toEqual(want)
    expect(liar.asked).toBe(0)
  })

  test('two that tell the same lie are found out where the sample falls on it', async () => {
    const servers = await pair()
    const { engine } = await stage(servers, { sampleShare: 1 })
    for (const server of servers) server.answer = lie
    expect(await engine.run(model, inputs)).toEqual(want)
    expect(engine.report()).toMatchObject({
      runs: { sampled: 1 },
      endpoints: [{ state: 'out' }, { state: 'out' }],
    })
  })

  test('two of the same build agree with themselves: the local engine answers, and finds a liar', async () => {
    const models = [bytes]
    const servers = [await startServer({ models }), await startServer({ models })] as const
    const { engine, local, events } = await stage(servers)
    expect(await engine.run(model, inputs)).toEqual(want)
    expect(local.runs).toBe(1)
    for (const server of servers) server.answer = lie
    const out = coming(events, ({ type }) => type === 'out')
    expect(await engine.run(model, inputs)).toEqual(want)
    await out
    expect(engine.report().runs).toMatchObject({ agreed: 0, watched: 2 })
  })

  test('a third is asked where one of the first two takes long', async () => {
    const models = [bytes]
    const [slow, second] = await pair()
    const third = await startServer({ models, version: '3' })
    const { engine, local } = await stage([slow, second, third], { hedgeMs: 5, deadlineMs: 60_000 })
    slow.misdeed = () => {}
    expect(await engine.run(model, inputs)).toEqual(want)
    expect(local.runs).toBe(0)
    expect(third.asked).toBe(1)
    // Who was not waited for is not blamed.
    expect(engine.report().endpoints[0]).toMatchObject({ state: 'up', counts: { failed: 0 } })
  })

  test('a pinned model is never sent', async () => {
    const servers = await pair()
    const { engine } = await stage(servers)
    const pinned = readModel(denseNetwork())
    await engine.prepare(pinned)
    expect(await engine.run(pinned, [float32([1, 8], new Array(8).fill(0.5))])).toHaveLength(1)
    expect(servers.map(({ asked }) => asked)).toEqual([0, 0])
  })
})

/** What a remote may do, and what is said of it then. */
const misdeeds: readonly [does: string, said: RegExp, misdeed: Misdeed][] = [
  ['hangs before its headers', /within 1500 ms/, () => {}],
  [
    'hangs in the middle of its answer',
    /within 1500 ms/,
    (_, response) => void response.write('{"outputs":['),
  ],
  ['drops the connection', /socket hang up/, (_, response) => void response.destroy()],
  [
    'drops the connection in the middle',
    /it cannot be reached: aborted/,
    (_, response) => {
      response.writeHead(200, { 'content-length': 1000 }).write('{"outputs"')
      setImmediate(() => response.destroy())
    },
  ],
  [
    'announces more than the answer can be',
    /longer than/,
    (_, response) => void response.writeHead(200, { 'content-length': 2 ** 40 }).write('{'),
  ],
  [
    'sends without end',
    /longer than/,
    (_, response) => {
      const more = (): void => {
        while (response.write('x'.repeat(65_536)));
        response.once('drain', more)
      }
      more()
    },
  ],
  [
    'answers with an error',
    /HTTP 400/,
    (_, response) => void response.writeHead(400).end('{"error":"no"}'),
  ],
  ['answers with no JSON', /are no JSON/, (_, response) => void response.end('<html>')],
  [
    'answers with another shape',
    /as int32\[1\], not as int32\[9\]/,
    (_, response) =>
      void response.end('{"outputs":[{"name":"y0_0","shape":[1],"datatype":"INT32","data":[1]}]}'),
  ],
  [
    'leaves the output out',
    /lacks the output/,
    (_, response) => void response.end('{"outputs":[]}'),
  ],
  [
    'lies about the length of its header',
    /Inference-Header-Content-Length is 999/,
    (_, response) =>
      void response.writeHead(200, { 'inference-header-content-length': '999' }).end('{}'),
  ],
  [
    'sends too few bytes',
    /needs 36 bytes, 3 are left/,
    (_, response) => {
      const head =
        '{"outputs":[{"name":"y0_0","shape":[9],"datatype":"INT32","parameters":{"binary_data_size":36}}]}'
      const headers = { 'inference-header-content-length': String(head.length) }
      response.writeHead(200, headers).end(`${head}abc`)
    },
  ],
  [
    'packs its answer',
    /packed its answer/,
    (_, response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end('{}'),
  ],
  [
    'has endless headers',
    /Header overflow/,
    (_, response) => void response.writeHead(200, { 'x-long': 'x'.repeat(100_000) }).end('{}'),
  ],
]

describe('createRemoteEngine: a remote that', () => {
  test.each(misdeeds)('%s changes no result', async (_, said, misdeed) => {
    const [honest, other] = await pair()
    const { engine, local, events } = await stage([honest, other], { deadlineMs: 1_500 })
    other.misdeed = misdeed
    expect(await engine.run(model, inputs)).toEqual(want)
    expect(local.runs).toBe(1)
    const reason = expect.stringMatching(said)
    expect(events.at(-1)).toEqual({ endpoint: other.host, type: 'down', reason })
    expect(engine.report()).toMatchObject({
      runs: { late: 1 },
      endpoints: [{ state: 'up' }, { state: 'down', counts: { failed: 1 } }],
    })
    // It is left alone: nobody waits for it a second time.
    other.asked = 0
    expect(await engine.run(model, inputs)).toEqual(want)
    expect(other.asked).toBe(0)
  })

  test('always answers just before the deadline is left alone as one that does not', async () => {
    const [fast, slow] = await pair()
    const { engine, local, events } = await stage([fast, slow], { hedgeMs: 20, deadlineMs: 60_000 })
    slow.misdeed = (_, response, outputs) => {
      const entries = outputs.map(({ shape, data }) => ({
        name: 'y0_0',
        shape,
        datatype: 'INT32',
        data: [...new Int32Array(data.slice().buffer)],
      }))
      setTimeout(() => response.end(JSON.stringify({ outputs: entries })), 1_000)
    }
    expect(await engine.run(model, inputs)).toEqual(want)
    expect([local.runs, engine.report().runs.agreed]).toEqual([0, 1])
    expect(events.at(-1)).toMatchObject({
      endpoint: slow.host,
      type: 'down',
      reason: expect.stringMatching(/^it took \d+ ms, of at most \d+$/),
    })
    slow.asked = 0
    expect(await engine.run(model, inputs)).toEqual(want)
    expect(slow.asked).toBe(0)
  })

  test('redirects is not followed', async () => {
    const [honest, other] = await pair()
    const target = await startServer({ models: [bytes], version: '3' })
    const { engine } = await stage([honest, other])
    other.misdeed = (request, response) =>
      void response.writeHead(307, { location: `${target.url}${request.url}` }).end()
    expect(await engine.run(model, inputs)).toEqual(want)
    expect(target.authorizations.size).toBe(0)
    expect(engine.report().endpoints[1]?.reason).toBe('it redirects (307), which is not followed')
  })

  test('is not there costs nothing', async () => {
    const gone = await startServer({ models: [bytes] })
    await gone.close()
    const { engine, local, events } = await stage([gone])
    expect(await engine.run(model, inputs)).toEqual(want)
    expect(local.runs).toBe(1)
    expect(events).toMatchObject([
      { type: 'down', reason: expect.stringContaining('ECONNREFUSED') },
    ])
  })

  test('is busy for a moment is asked again', async () => {
    const servers = await pair()
    const { engine, local } = await stage(servers)
    servers[0].misdeed = (_, response) => {
      servers[0].misdeed = undefined
      response.writeHead(503).end()
    }
    expect(await engine.run(model, inputs)).toEqual(want)
    expect([local.runs, servers[0].asked]).toEqual([0, 2])
  })

  test('is wrong on the known answers serves nothing', async () => {
    const models = [bytes]
    // As native code that saturates: right on small numbers, wrong at the end of the range.
    const saturating = await startServer({
      models,
      answer: (outputs, [input]) => (input?.data.includes(0xf7) ? oneBitOff(outputs) : outputs),
    })
    const { engine, events } = await stage([
      saturating,
      await startServer({ models, version: '2' }),
    ])
    expect(events).toContainEqual({
      endpoint: saturating.host,
      type: 'refused',
      reason: expect.stringMatching(/^0x.{64}: known answer \d+ of model 0x.{64} is wrong$/),
    })
    expect(await engine.run(model, inputs)).toEqual(want)
    expect(saturating.asked).toBe(0)
  })

  test('has not got the model is not asked for it', async () => {
    const without = await startServer()
    const { engine, events } = await stage([without])
    expect(events.at(-1)).toMatchObject({
      type: 'refused',
      reason: `${model.id}: it has no model ${model.id}`,
    })
    expect(await engine.run(model, inputs)).toEqual(want)
    expect(without.asked).toBe(0)
  })

  test('becomes another build has to prove itself anew', async () => {
    const [changing, other] = await pair()
    const { engine, events } = await stage([changing, other], { healthIntervalMs: 10 })
    const changed = coming(events, ({ reason }) => reason.startsWith('test 3'))
    changing.version = '3'
    await changed
    expect(engine.report().endpoints[0]).toMatchObject({ build: 'test 3', models: [] })
  })

  test('speaks JSON alone answers too, and what JSON cannot carry runs here', async () => {
    const wide = writeKnownModel('Neg', [
      { operands: [{ dtype: Dtype.int64, shape: [2], low: -(2n ** 62n), high: 2n ** 62n }] },
    ])
    const models = [bytes, wide.bytes]
    const server = await startServer({ models, binary: false })
    const { engine, local } = await stage([server], { verify: 'sample' })
    expect(await engine.run(model, inputs)).toEqual(want)
    expect([local.runs, server.asked]).toEqual([0, 1])
    await engine.prepare(readModel(wide.bytes))
    const exact = evaluateExact(readExactGraph(wide.bytes), wide.inputs)
    expect(await engine.run(readModel(wide.bytes), wide.inputs)).toEqual(exact)
    expect(engine.report().endpoints[0]?.models).toContainEqual({
      model: readModel(wide.bytes).id,
      standing: 'absent',
      reason: 'it answers with HTTP 400',
    })
  })
})

describe('createRemoteEngine: all', () => {
  test('the local engine answers, and a liar is taken out beside it', async () => {
    const [liar] = await pair()
    const { engine, local, events } = await stage([liar], { verify: 'all' })
    liar.answer = lie
    const out = coming(events, ({ type }) => type === 'out')
    expect(await engine.run(model, inputs)).toEqual(want)
    await out
    expect(local.runs).toBe(1)
  })

  test('nobody waits for a remote that hangs', async () => {
    const [hanging] = await pair()
    const { engine } = await stage([hanging], { verify: 'all', deadlineMs: 3_600_000 })
    hanging.misdeed = () => {}
    expect(await engine.run(model, inputs)).toEqual(want)
  })
})

describe('createRemoteEngine: sample', () => {
  test('an answer that is not checked is not remembered, one that is checked is', async () => {
    for (const { sampleShare, asked } of [
      { sampleShare: 0, asked: 2 },
      { sampleShare: 1, asked: 1 },
    ]) {
      const [server] = await pair()
      const store = createMemoryStore()
      await store.put(bytes)
      const endpoints = [server.url]
      const precompile = createInferencePrecompile({
        store,
        engine: localEngine(),
        remote: { endpoints, verify: 'sample', sampleShare },
      })
      onTestFinished(() => precompile.close())
      await precompile.remote?.prepare(model)
      server.asked = 0
      for (let round = 0; round < 2; round++) {
        const { tensors } = await precompile.run(model.id, inputs, 10_000_000n)
        expect(tensors?.outputs).toEqual(want)
      }
      expect(server.asked).toBe(asked)
    }
  })
})

describe('createRemoteEngine: giving up', () => {
  test('rejects with the reason of the signal, and blames nobody', async () => {
    const servers = await pair()
    const { engine } = await stage(servers, { deadlineMs: 3_600_000 })
    const abort = new AbortController()
    const reason = new Error('the block was replaced')
    for (const server of servers) server.misdeed = () => abort.abort(reason)
    await expect(engine.run(model, inputs, { signal: abort.signal })).rejects.toBe(reason)
    expect(engine.report().endpoints.map(({ state }) => state)).toEqual(['up', 'up'])
  })
})

describe('createRemoteEngine: settings', () => {
  test('user and password of a URL go into a header, and no key into any message', async () => {
    const server = await startServer({ models: [bytes] })
    const url = `http://me:s%40cret@${server.host}/k3y?token=t0ken`
    const { engine, events } = await stage([url], { verify: 'sample' })
    server.misdeed = (_, response) => void response.destroy()
    expect(await engine.run(model, inputs)).toEqual(want)
    expect([...server.authorizations]).toEqual([
      `Basic ${Buffer.from('me:s@cret').toString('base64')}`,
    ])
    const said = JSON.stringify([events, engine.report()])
    expect(said).toContain(server.host)
    expect(said).not.toMatch(/cret|k3y|t0ken/)
  })

  test.each([
    [['ftp://me:secret@host'], 'A remote endpoint is no URL that starts with http:// or https://.'],
    [
      ['http://me:secret@ho st'],
      'A remote endpoint is no URL that starts with http:// or https://.',
    ],
    [[], 'A remote engine needs one endpoint at least.'],
    [['http://a:1', 'http://a:1/v2'], 'The remote endpoint a:1 is given twice.'],
  ])('error: %j', (endpoints, message) => {
    const create = () => createRemoteEngine({ endpoints, local: wasm })
    expect(create).toThrow(message)
    expect(create).not.toThrow('secret')
  })

  test.each([
    [{ sampleShare: 2 }, 'The sampled share is 2'],
    [{ modelName: 'mine' }, 'The name "mine" of models on remotes names none.'],
    [{ deadlineMs: 0 }, 'deadlineMs is 0'],
  ])('error: %j', (options, message) => {
    const all = { endpoints: ['http://a:1'], local: wasm, ...options }
    expect(() => createRemoteEngine(all)).toThrow(message)
  })
})
