import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build, type Rollup } from 'vite'
import { expect, test } from 'vitest'

const entry = fileURLToPath(new URL('index.ts', import.meta.url))

/** What a bundler makes for a browser of a module that imports this package. */
async function bundle(
  source: string,
  minify: 'esbuild' | false = false,
): Promise<Rollup.OutputChunk> {
  const virtual = {
    name: 'virtual',
    resolveId: (id: string) => (id === 'app' ? '\0app' : null),
    load: (id: string) => (id === '\0app' ? source.replace('@lockstep/sdk', entry) : null),
  }
  const result = (await build({
    configFile: false,
    logLevel: 'silent',
    plugins: [virtual],
    build: {
      write: false,
      minify,
      rollupOptions: {
        input: 'app',
        external: /^viem/,
        preserveEntrySignatures: 'strict',
      },
    },
  })) as Rollup.RollupOutput
  return result.output[0]
}

test('runs in a browser: needs viem and nothing of Node', async () => {
  const { code, imports } = await bundle("export * from '@lockstep/sdk'")
  expect(imports.toSorted()).toEqual(['viem', 'viem/actions'])
  expect(code).not.toMatch(/node:|browser-external/)
  expect(code).toContain('lockstep_putModel')
})

test('a bundler leaves out what is not used', async () => {
  const { code } = await bundle("export { toWad } from '@lockstep/sdk'")
  expect(code).toContain('toWad')
  expect(code).not.toContain('lockstep_putModel')
  expect(code).not.toContain('ModelNotFound')
})

test('adds less than 15 kB to a page that has viem', async () => {
  const { code } = await bundle("export * from '@lockstep/sdk'", 'esbuild')
  expect(code).toContain('lockstep_putModel')
  expect(gzipSync(code).length).toBeLessThan(15_000)
})
