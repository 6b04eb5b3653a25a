import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'

const exec = promisify(execFile)
const command = fileURLToPath(new URL('../../bin/lockstep.js', import.meta.url))

/** GPUs can be hidden where they are reached through Vulkan. */
const isLinux = process.platform === 'linux'
/** The environment of a machine without any GPU. */
const withoutGpu = { ...process.env, NO_COLOR: '1', VK_ICD_FILENAMES: '/nowhere' }

/** What a devnet logs of its engine. */
async function engineLine(engine: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const child = spawn(process.execPath, [command, '--port', '0', '--engine', engine], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      if (line.startsWith('Exact models run on ')) return line
    }
    return undefined
  } finally {
    child.kill('SIGTERM')
    await ended
  }
}

describe('devnet --engine', () => {
  test('auto measures every engine and says why it takes one', async () => {
    expect(await engineLine('auto', withoutGpu)).toMatch(
      /^Exact models run on (native: right on \d+ known answers, [\d.]+ ms against wasm's [\d.]+ ms|webgpu: right on .+|wasm: native takes [\d.]+ ms to its [\d.]+ ms; webgpu: .+)$/,
    )
  })

  test('wasm tries no other', async () => {
    expect(await engineLine('wasm', withoutGpu)).toBe('Exact models run on wasm: as asked')
  })

  test('native is taken when it is right here', async () => {
    expect(await engineLine('native', withoutGpu)).toMatch(
      /^Exact models run on native: as asked, right on \d+ known answers$/,
    )
  })

  test.runIf(isLinux)(
    'webgpu without a GPU leaves exact models to wasm and says what is missing',
    async () => {
      expect(await engineLine('webgpu', withoutGpu)).toBe(
        'Exact models run on wasm: webgpu: no GPU was found, or no driver for it',
      )
    },
  )

  test.runIf(process.env.VK_ICD_FILENAMES)('webgpu is taken when it is right here', async () => {
    expect(await engineLine('webgpu', { ...process.env, NO_COLOR: '1' })).toMatch(
      /^Exact models run on webgpu: as asked, right on \d+ known answers$/,
    )
  })

  test('error: an engine that is not there is a usage error', async () => {
    await expect(exec(process.execPath, [command, '--engine', 'abacus'])).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Allowed choices are auto, wasm, native, webgpu, reference'),
    })
  })
})

interface Examination {
  readonly cores: number
  readonly auto: string
  readonly engines: readonly {
    readonly engine: string
    readonly works: boolean
    readonly reason: string | null
    readonly version: string | null
    readonly device: string | null
    readonly knownAnswers: { readonly passed: boolean; readonly cases: number } | null
    readonly medianMs: number | null
    readonly timesWasm: number | null
  }[]
}

describe('doctor', () => {
  test('shows every engine with its version, its known answers and its speed', async () => {
    const { stdout } = await exec(process.execPath, [command, 'doctor', '--json'])
    const { engines, auto }: Examination = JSON.parse(stdout)
    expect(engines.map(({ engine }) => engine)).toEqual(['wasm', 'native', 'webgpu', 'reference'])
    expect(engines[0]).toMatchObject({
      works: true,
      reason: null,
      version: 'onnxruntime-web 1.30.0',
      knownAnswers: { passed: true },
      timesWasm: 1,
    })
    expect(engines[1]?.version).toBe('onnxruntime-node 1.30.0')
    for (const { works, reason, knownAnswers, medianMs } of engines) {
      if (works) {
        expect(knownAnswers?.cases).toBeGreaterThan(400)
        expect(medianMs).toBeGreaterThan(0)
      } else expect(reason).not.toBe('')
    }
    expect(engines.find(({ engine }) => engine === auto)?.works).toBe(true)
    const gpu = engines[2]
    if (process.env.VK_ICD_FILENAMES) expect(gpu?.device).toBeTruthy()
  })

  test('says in words what runs where, and what is missing', async () => {
    const args = [command, 'doctor']
    const { stdout } = await exec(process.execPath, args, { env: withoutGpu })
    expect(stdout).toMatch(/^Node v\d+\.\d+\.\d+, \S+, .+, \d+ cores$/m)
    expect(stdout).toMatch(/^ENGINE +VERSION +KNOWN ANSWERS +MEDIAN +SPEED$/im)
    expect(stdout).toMatch(/^wasm +onnxruntime-web 1\.30\.0 +\d+ right +[\d.]+ ms +1\.00× wasm$/m)
    expect(stdout).toMatch(/^reference +reference 1 +\d+ right +[\d.]+ ms/m)
    if (isLinux) {
      expect(stdout).toContain('webgpu is not used: no GPU was found, or no driver for it.')
    }
    expect(stdout).toMatch(/^Exact models run on \w+ here, pinned ones on wasm\.$/m)
  })
})
