import { createPublicClient, http } from 'viem'
import { expect, test } from 'vitest'
import { inferenceActions } from './inference.js'

test('everything is bound under one key', () => {
  const client = createPublicClient({ transport: http('http://127.0.0.1:1') })
  const extension = inferenceActions()(client)
  expect(Object.keys(extension)).toEqual(['inference'])
  expect(Object.keys(extension.inference)).toMatchInlineSnapshot(`
    [
      "deployModel",
      "deployModelSync",
      "getInferences",
      "getModel",
      "getModels",
      "infer",
      "inferTensors",
      "quote",
      "resolveModel",
      "setModelName",
      "setModelNameSync",
      "uploadModel",
    ]
  `)
})
