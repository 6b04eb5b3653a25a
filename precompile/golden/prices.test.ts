import { defaultSchedule, VALIDATOR_VERSION } from '@lockstep/precompile'
import { expect, test } from 'vitest'
import { goldenModels } from './models.js'

/**
 * A chain made before a price moved cannot be replayed with the new one, so its genesis names both versions. When a
 * price changes here while the model's id stays: raise `version` in `src/gas/table.ts`, or `VALIDATOR_VERSION` where
 * a counted cost changed, then run this file with `-u`.
 */
test('no price moves without its version', async () => {
  const prices: Record<string, { name: string; run: string; registration: string }> = {}
  for (const { name, model, runs } of goldenModels()) {
    const { cost } = model.evaluate((runs[0] ?? []).map(({ shape }) => shape))
    prices[model.id] = {
      name,
      run: String(defaultSchedule.inference(cost)),
      registration: String(defaultSchedule.registration(model.loadCost)),
    }
  }
  const versions = { schedule: defaultSchedule.version, validator: VALIDATOR_VERSION }
  const text = `${JSON.stringify({ ...versions, prices }, null, 2)}\n`
  await expect(text).toMatchFileSnapshot('prices.json')
})
