import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{precompile,devnet,sdk,bench}/**/*.test.ts', 'examples/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', '**/*.fixtures.test.ts'],
    testTimeout: 240_000,
    hookTimeout: 240_000,
    // Two test files at a time: each may start worker threads and a devnet of its own.
    maxWorkers: 2,
    // Files share what they import: to load it anew for each takes a sixth of the time of all tests.
    isolate: false,
  },
})
