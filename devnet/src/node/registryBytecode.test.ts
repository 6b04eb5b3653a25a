import { expect, test } from 'vitest'
import { compileRegistry } from '../../scripts/compileRegistry.js'
import { registryBytecode } from './registryBytecode.js'

test('the registry of genesis is what its source compiles to', () => {
  expect(registryBytecode).toBe(compileRegistry())
})
