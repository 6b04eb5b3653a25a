import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{precompile,devnet,sdk}/**/*.fixtures.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    testTimeout: 600_000,
    hookTimeout: 60_000,
    disableConsoleIntercept: true,
  },
})
