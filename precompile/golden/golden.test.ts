import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { exactOperators } from '@lockstep/precompile'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Digests, ModelDigests } from './digests.js'
import type { DriverReport } from './driver.js'
import { goldenModels } from './models.js'

const exec = promisify(execFile)
const pathOf = (file: string) => fileURLToPath(new URL(file, import.meta.url))
const GOLDEN = pathOf('digests.json')

let golden: Digests
let folder: string

beforeAll(async () => {
  golden = JSON.parse(await readFile(GOLDEN, 'utf8'))
  folder = await mkdtemp(join(tmpdir(), 'lockstep-golden-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function drive(engine: string, file: string, ...words: string[]): Promise<DriverReport> {
  const args = ['--engine', engine, '--golden', file, '--runs', '1', '--max-bytes', '300000']
  const { stdout } = await exec(process.execPath, [pathOf('dist/driver.js'), ...args, ...words])
  return JSON.parse(stdout)
}

describe('the golden file', () => {
  test('covers every exact operator, and real models of both classes', () => {
    const names = Object.keys(golden)
    expect(names.filter((name) => name.startsWith('known/')).sort()).toEqual(
      ['network', ...Object.keys(exactOperators)].map((name) => `known/${name}`).sort(),
    )
    expect(golden['pinned/silero-vad']?.class).toBe('pinned')
    for (const name of ['wakeword', 'silero-vad', 'ocr-classifier', 'ocr-recogniser']) {
      expect(golden[`exact/${name}`]?.class).toBe('exact')
    }
  })

  test('holds the models that are run, and no other', () => {
    const names = Array.from(goldenModels(), ({ name }) => name)
    expect(names.sort()).toEqual(Object.keys(golden).sort())
  })

  test('has no model that answers the same to all inputs', () => {
    const models = Object.entries(golden)
    expect(models.filter(([, { outputs }]) => new Set(outputs).size < 2)).toEqual([])
  })

  test.each(['wasm', 'reference'])('is what %s answers', async (engine) => {
    const report = await drive(engine, GOLDEN)
    expect(report).toMatchObject({ status: 'done', differences: [] })
    expect('models' in report && report.models).toBeGreaterThan(60)
  })

  test('names each answer that differs from it in one bit', async () => {
    const file = join(folder, 'altered.json')
    const digits = golden['exact/digits'] as ModelDigests
    const [right = '', ...rest] = digits.outputs
    const last = Number.parseInt(right.slice(-1), 16)
    const wrong = `${right.slice(0, -1)}${(last ^ 1).toString(16)}`
    const altered = { ...golden, 'exact/digits': { ...digits, outputs: [wrong, ...rest] } }
    await writeFile(file, JSON.stringify(altered))
    expect(await drive('reference', file, 'exact/digits')).toMatchObject({
      differences: [`exact/digits, run 0: ${right} instead of ${wrong}`],
    })
  })
})
