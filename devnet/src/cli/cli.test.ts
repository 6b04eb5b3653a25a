import { execFile, spawn } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { keccak256 } from 'viem'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createDevnet, type Devnet } from '../devnet.js'
import { reciprocal } from '../node/testing/models.js'
import { command, type Outcome, runCommand } from './testing/command.js'

const exec = promisify(execFile)
const root = fileURLToPath(new URL('../../..', import.meta.url))
const modelFolder = fileURLToPath(new URL('../../../examples/volatility/model', import.meta.url))
const modelFile = join(modelFolder, 'volatility.onnx')
const input = '[0.012,-0.004,0.001,-0.009,0.002,0.007,-0.015,0.003]'

let devnet: Devnet
let folder: string

beforeAll(async () => {
  devnet = await createDevnet({ port: 0 })
  folder = await mkdtemp(join(tmpdir(), 'lockstep-cli-'))
})

afterAll(async () => {
  await devnet.close()
  await rm(folder, { recursive: true })
})

/** Against this file's devnet. */
const lockstep = (...args: string[]) => runCommand(devnet.url, args)

const json = ({ stdout }: Outcome) => JSON.parse(stdout)

describe('inspect', () => {
  test('says what a model is and costs', async () => {
    const outcome = await lockstep('inspect', modelFile, '--json')
    expect(outcome.code).toBe(0)
    const description = json(outcome)
    expect(description.id).toBe(keccak256(await readFile(modelFile)))
    expect(description.inputs).toEqual([{ name: 'returns', dtype: 1, shape: [1, 8] }])
    expect(description.class).toBe('pinned')
    expect(description.gas).toBeGreaterThan(3_000)
  })

  test('error: a truncated file is refused with a code and exit code 3', async () => {
    const file = join(folder, 'truncated.onnx')
    await writeFile(file, (await readFile(modelFile)).subarray(0, 900))
    const outcome = await lockstep('inspect', file, '--json')
    expect(outcome.code).toBe(3)
    expect(json(outcome).error).toMatchObject({ name: 'ModelParseError', code: 'parse' })
  })

  test('error: a file that is not there is a usage error', async () => {
    const outcome = await lockstep('inspect', join(folder, 'nowhere.onnx'))
    expect(outcome.code).toBe(2)
    expect(outcome.stderr).toContain('cannot be read (ENOENT)')
  })
})

describe('deploy, models, infer and quote', () => {
  test('deploys a model, names it, lists it, quotes it and runs it by name', async () => {
    const deployed = await lockstep('deploy', modelFile, '--name', 'volatility-v1', '--json')
    expect(deployed.code).toBe(0)
    const { id, owner, gasPerCall } = json(deployed)

    const { models } = json(await lockstep('models', '--json'))
    expect(models).toHaveLength(1)
    expect(models[0].id).toBe(id)
    expect(models[0].names).toEqual([{ owner, name: 'volatility-v1' }])

    expect(json(await lockstep('quote', 'volatility-v1', '--json')).gas).toBe(String(gasPerCall))
    expect(json(await lockstep('quote', id, '--shapes', '[[8]]', '--json')).gas).toBe(
      String(gasPerCall),
    )

    const byName = json(await lockstep('infer', 'volatility-v1', '--input', input, '--json'))
    const byOwner = json(
      await lockstep('infer', `${owner}/volatility-v1`, '--input', input, '--json'),
    )
    expect(byOwner).toEqual(byName)
    expect(byName.outputs[0]).toMatchObject({ name: 'volatility', dtype: 1, shape: [1, 1] })
    expect(Number(byName.outputs[0].data[0])).toBeGreaterThan(0)
  })

  test('behavior: deploying again changes nothing', async () => {
    const again = await lockstep('deploy', modelFile, '--json')
    expect(again.code).toBe(0)
    expect(json(again).transactionHash).toBeNull()
  })

  test('behavior: inputs are taken by name, and nested as the shape is', async () => {
    const nested = `{"returns":[${input}]}`
    const named = json(await lockstep('infer', 'volatility-v1', '--input', nested, '--json'))
    const flat = json(await lockstep('infer', 'volatility-v1', '--input', input, '--json'))
    expect(named).toEqual(flat)
  })

  test('behavior: an input is read from a file, or from what is piped in', async () => {
    const file = join(folder, 'input.json')
    await writeFile(file, input)
    const flat = json(await lockstep('infer', 'volatility-v1', '--input', input, '--json'))
    const read = json(await lockstep('infer', 'volatility-v1', '--input', `@${file}`, '--json'))
    expect(read).toEqual(flat)
    const args = ['infer', 'volatility-v1', '--input', '-', '--json']
    expect(json(await runCommand(devnet.url, args, input))).toEqual(flat)
  })

  test('behavior: a number with more digits than a word has is rounded, as text it is refused', async () => {
    const digits = input.replace('0.012', '1.2345678901234567e-5')
    expect((await lockstep('infer', 'volatility-v1', '--input', digits)).code).toBe(0)
    const text = input.replace('0.012', '"1.2345678901234567e-5"')
    expect((await lockstep('infer', 'volatility-v1', '--input', text)).stderr).toContain(
      '18 decimals',
    )
  })

  test('error: an input file that is not there', async () => {
    const outcome = await lockstep('infer', 'volatility-v1', '--input', '@nowhere.json')
    expect(outcome.code).toBe(2)
    expect(outcome.stderr).toContain('--input @nowhere.json cannot be read (ENOENT)')
  })

  test('error: an unknown model reverts with exit code 5', async () => {
    const id = `0x${'11'.repeat(32)}`
    const outcome = await lockstep('quote', id, '--shapes', '[[8]]', '--json')
    expect(outcome.code).toBe(5)
    expect(json(outcome).error.name).toBe('ModelNotFoundError')
  })

  test('error: a name that points to nothing', async () => {
    const outcome = await lockstep('infer', 'nobody-set-this', '--input', '[1]')
    expect(outcome.code).toBe(5)
    expect(outcome.stderr).toContain('points to no model')
  })

  test('error: another number of values than the model takes', async () => {
    const outcome = await lockstep('infer', 'volatility-v1', '--input', '[1,2,3]', '--json')
    expect(outcome.code).toBe(5)
    expect(json(outcome).error.name).toBe('ShapeMismatchError')
  })

  test.each([
    ['no JSON', '[1,', '--input is not JSON'],
    ['text', '["high"]', 'returns[0] is not a number: "high"'],
    ['ragged rows', '[[1,2],[3]]', 'returns[1] must have 2 elements'],
    ['an unknown name', '{"x":[1]}', 'no input named "x"'],
  ])('error: %s is a usage error that says where', async (_, text, message) => {
    const outcome = await lockstep('infer', 'volatility-v1', '--input', text)
    expect(outcome.code).toBe(2)
    expect(outcome.stderr).toContain(message)
  })

  test('error: values and results that do not fit are named, with exit code 5', async () => {
    const file = join(folder, 'reciprocal.onnx')
    await writeFile(file, reciprocal.bytes)
    expect((await lockstep('deploy', file)).code).toBe(0)
    const infinite = await lockstep('infer', reciprocal.id, '--input', '[1,0]', '--json')
    expect([infinite.code, json(infinite).error.name]).toEqual([5, 'NonFiniteOutputError'])
    const large = await lockstep('infer', reciprocal.id, '--input', '["1e50"]', '--json')
    expect([large.code, json(large).error.name]).toEqual([5, 'ValueOutOfRangeError'])
  })

  test('error: a damaged file registers nothing', async () => {
    const file = join(folder, 'damaged.onnx')
    const bytes = await readFile(modelFile)
    await writeFile(file, bytes.fill(0xff, 40, 80))
    const before = json(await lockstep('models', '--json'))
    const outcome = await lockstep('deploy', file, '--json')
    expect([outcome.code, json(outcome).error.code]).toEqual([3, 'parse'])
    expect(json(await lockstep('models', '--json'))).toEqual(before)
  })

  test('error: no node at the URL', async () => {
    const outcome = await lockstep('models', '--rpc-url', 'http://127.0.0.1:1/secret-key')
    expect(outcome.code).toBe(4)
    expect(outcome.stderr).toContain('No node answers at http://127.0.0.1:1.')
    expect(outcome.stderr).not.toContain('secret-key')
  })

  test('error: a private key never appears in a message', async () => {
    const outcome = await lockstep('deploy', modelFile, '--private-key', '0x1234beef')
    expect(outcome.code).toBe(2)
    expect(outcome.stderr).not.toContain('1234beef')
  })
})

describe('help', () => {
  /** What a clone holds, without writing into it. */
  let clone: string

  beforeAll(async () => {
    clone = join(folder, 'clone')
    await mkdir(clone)
    for (const name of ['examples', 'node_modules', 'package.json']) {
      await symlink(join(root, name), join(clone, name))
    }
  })

  /** Those that talk to a node go last: what they ask for was deployed by the one before. */
  const commands = {
    offline: ['inspect', 'compile', 'doctor', 'generate', 'run', 'record', 'replay', 'follow'],
    online: ['deploy', 'models', 'infer', 'quote', 'export'],
  }

  test.each([...commands.offline, ...commands.online])(
    'the examples of %s --help work as printed',
    async (name) => {
      const { code, stdout } = await lockstep(name, '--help')
      expect(code).toBe(0)
      const [, config] = stdout.split('with a lockstep.config.ts such as:')
      if (config) await writeFile(join(clone, 'lockstep.config.ts'), config)
      const examples = [...stdout.matchAll(/^ {2}\$ (.+)$/gm)].map(([, line = '']) => line)
      expect(examples.length).toBeGreaterThan(0)
      const rpcUrl = commands.online.includes(name) ? ` --rpc-url ${devnet.url}` : ''
      for (const line of examples) {
        const shell = line.replaceAll('npx lockstep', `${process.execPath} ${command}`) + rpcUrl
        const outcome = await exec('sh', ['-c', shell], { cwd: clone })
        expect(outcome.stdout).not.toBe('')
      }
    },
  )

  test('the devnet tells its flags', async () => {
    const { code, stdout } = await lockstep('devnet', '--help')
    expect(code).toBe(0)
    expect(stdout).toContain('$ npx lockstep --port 8545 --models examples/volatility/model')
  })

  test('error: an unknown flag is a usage error', async () => {
    expect((await lockstep('models', '--frobnicate')).code).toBe(2)
  })
})

describe('devnet', () => {
  test('prints accounts, keys and models, says where it listens, and ends on SIGTERM with code 0', async () => {
    const config = join(folder, 'config.json')
    const args = [
      command,
      '--port',
      '0',
      '--accounts',
      '2',
      '--models',
      modelFolder,
      '--config-out',
      config,
    ]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    onTestFinished(() => void child.kill('SIGKILL'))
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
    const lines: string[] = []
    for await (const line of createInterface({ input: child.stdout })) {
      lines.push(line)
      if (line.startsWith('Listening on ')) break
    }
    const url = `http://${lines.at(-1)?.replace('Listening on ', '')}`
    const response = await fetch(url, {
      method: 'POST',
      body: '{"jsonrpc":"2.0","id":1,"method":"lockstep_models","params":[]}',
    })
    const { result } = (await response.json()) as { result: { id: string }[] }
    child.kill('SIGTERM')
    expect(await ended).toBe(0)
    expect(lines).toContain(
      '(0) 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266 (10000.000000000000000000 ETH)',
    )
    expect(lines).toContain(
      '(1) 0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d',
    )
    expect(lines.some((line) => line.startsWith('(2)'))).toBe(false)
    expect(lines).toContain(`${result[0]?.id}  volatility.onnx`)
    expect(JSON.parse(await readFile(config, 'utf8')).available_accounts).toHaveLength(2)
  })

  test('error: a port that is taken is named', async () => {
    const outcome = await lockstep('--port', String(devnet.port))
    expect(outcome.code).toBe(1)
    expect(outcome.stderr).toContain(`Port ${devnet.port} on 127.0.0.1 is in use.`)
  })

  test('error: contradicting flags', async () => {
    expect((await lockstep('--no-mining', '--block-time', '1')).code).toBe(2)
    expect((await lockstep('--mixed-mining')).code).toBe(2)
    expect((await lockstep('--hardfork', 'frontier')).code).toBe(2)
  })
})
