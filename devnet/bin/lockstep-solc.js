#!/usr/bin/env node
// Foundry drives a native solc; this lets it drive the npm one, so no binary is downloaded:
//   solc = "./node_modules/.bin/lockstep-solc"
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'

const args = process.argv.slice(2)

const { default: solc } = await import('solc').catch(() => {
  process.stderr.write('lockstep-solc: no Solidity compiler. Run `npm install --save-dev solc`.\n')
  process.exit(1)
})

if (args.includes('--version')) {
  // Foundry parses the platform suffix and refuses Emscripten's.
  const version = solc.version().replace('.Emscripten.clang', '.Linux.g++')
  process.stdout.write(`solc, the solidity compiler commandline interface\nVersion: ${version}\n`)
} else if (args.includes('--standard-json')) {
  const base = args.includes('--base-path') ? args[args.indexOf('--base-path') + 1] : process.cwd()
  const input = readFileSync(0, 'utf8')
  process.stdout.write(solc.compile(input, { import: (path) => readSource(path, [base, '/']) }))
} else {
  process.stderr.write(
    `lockstep-solc: expected --version or --standard-json, got: ${args.join(' ')}\n`,
  )
  process.exitCode = 1
}

function readSource(path, roots) {
  for (const root of roots) {
    try {
      return { contents: readFileSync(resolve(root, path), 'utf8') }
    } catch (cause) {
      if (cause.code !== 'ENOENT') return { error: String(cause) }
    }
  }
  return { error: `File not found: ${path}` }
}
