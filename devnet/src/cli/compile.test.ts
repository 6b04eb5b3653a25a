import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createDevnet, type Devnet } from '../devnet.js'
import { type Outcome, runCommand } from './testing/command.js'

const modelFile = fileURLToPath(
  new URL('../../../examples/volatility/model/volatility.onnx', import.meta.url),
)
const RETURNS = 8
const input = '[0.012,-0.004,0.001,-0.009,0.002,0.007,-0.015,0.003]'

let devnet: Devnet
let folder: string
let calibration: string

beforeAll(async () => {
  devnet = await createDevnet({ port: 0 })
  folder = await mkdtemp(join(tmpdir(), 'lockstep-compile-'))
  calibration = join(folder, 'returns.json')
  const samples = Array.from({ length: 32 }, (_, i) =>
    Array.from({ length: RETURNS }, (__, k) => 0.03 * Math.sin(7 * i + 3 * k)),
  )
  await writeFile(calibration, JSON.stringify({ returns: samples }))
})

afterAll(async () => {
  await devnet.close()
  await rm(folder, { recursive: true })
})

/** Against this file's devnet. */
const lockstep = (...args: string[]) => runCommand(devnet.url, args)

const json = ({ stdout }: Outcome) => JSON.parse(stdout)
const inFolder = (name: string) => join(folder, name)

describe('compile', () => {
  test('writes an exact model that a devnet runs, near to the float one', async () => {
    const exact = inFolder('volatility.exact.onnx')
    const args = ['-o', exact, '--bits', '16', '--calibration', calibration, '--json']
    const outcome = await lockstep('compile', modelFile, ...args)
    expect(outcome.code).toBe(0)
    const { class: modelClass, id, warnings, report } = json(outcome)
    expect(modelClass).toBe('exact')
    expect(warnings).toEqual([])
    expect(report.samples).toBe(32)
    expect(report.outputs).toHaveLength(1)
    expect(report.outputs[0].maxAbs).toBeGreaterThan(0)
    expect(report.outputs[0].worstSample).toBeLessThan(32)
    expect(report.layers.map(({ operator }: { operator: string }) => operator)).toContain('Gemm')
    for (const { bytes, cost, gas } of [report.before, report.after]) {
      expect([bytes, cost.macs, Number(gas)].every((size) => size > 0)).toBe(true)
    }
    expect(report.after.bytes).toBe((await readFile(exact)).length)

    const deployed = await Promise.all(
      [exact, modelFile].map((file) => lockstep('deploy', file, '--json')),
    )
    expect(deployed.map(({ code }) => code)).toEqual([0, 0])
    expect(json(deployed[0] as Outcome).id).toBe(id)
    const [a, b] = await Promise.all(
      deployed.map(async (one) => {
        const answer = await lockstep('infer', json(one).id, '--input', input, '--json')
        return Number(json(answer).outputs[0].data[0])
      }),
    )
    expect(Math.abs((a as number) / (b as number) - 1)).toBeLessThan(1e-3)
  })

  test('prints size, work, gas and errors, and warns where ranges are guesses', async () => {
    const args = ['-o', inFolder('printed.onnx'), '--layers']
    const { code, stdout } = await lockstep('compile', modelFile, ...args)
    expect(code).toBe(0)
    expect(stdout).toMatch(/^Class {6}exact$/m)
    expect(stdout).toMatch(/^Size {7}\d+ → \d+ bytes$/m)
    expect(stdout).toMatch(
      /^Work {7}\d+ multiply-accumulates and \d+ operations on elements → \d+ /m,
    )
    expect(stdout).toMatch(/^Gas {8}\d+ → \d+ a run, without calldata$/m)
    expect(stdout).toMatch(/^Error {6}over \d+ samples/m)
    expect(stdout).toMatch(/^OUTPUT +OPERATOR +MAX ERROR +MEAN ERROR +SIGNAL\/NOISE +WORST SAMPLE/m)
    expect(stdout).toMatch(/^volatility .* \d+\.\d dB +\d+$/m)
    expect(stdout).toMatch(/^LAYER /m)
    expect(stdout).toContain('Warning    No calibration data')
  })

  test.each([
    ['of another shape', '{"returns":[[1,2,3]]}', 'returns'],
    ['with text', '{"returns":[["high",2,3,4,5,6,7,8]]}', 'returns'],
  ])('error: calibration data %s is named, and nothing is written', async (_, text, message) => {
    const file = inFolder('wrong.json')
    await writeFile(file, text)
    const args = ['-o', inFolder('never.onnx'), '--calibration', file]
    const outcome = await lockstep('compile', modelFile, ...args)
    expect(outcome.code).toBe(2)
    expect(outcome.stderr).toContain(message)
    expect((await readdir(folder)).filter((name) => name.includes('never'))).toEqual([])
  })

  test('error: a file that is no model', async () => {
    const outcome = await lockstep('compile', calibration, '-o', inFolder('never.onnx'), '--json')
    expect(outcome.code).toBe(3)
    expect(json(outcome).error).toMatchObject({ name: 'ModelParseError', code: 'parse' })
  })

  test('error: another number of bits is a usage error', async () => {
    const args = ['-o', inFolder('never.onnx'), '--bits', '12']
    expect((await lockstep('compile', modelFile, ...args)).code).toBe(2)
  })
})
