import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { codeBlocks } from '../sdk/src/testing/codeBlocks.js'

// Follows docs/guide.md in an empty folder: writes the files that it shows, runs its commands, and looks for the output
// that it promises. The packages are the tarballs of a folder, the only argument.
const guide = readFileSync(fileURLToPath(new URL('../docs/guide.md', import.meta.url)), 'utf8')
const tarballs = resolve(process.argv[2] ?? '.')
const hardhat = process.env.LOCKSTEP_HARDHAT
const folder = mkdtempSync(join(tmpdir(), 'lockstep-guide-'))
let output = ''

try {
  for (const { language, title, code, heading } of codeBlocks(guide)) {
    if (heading.includes('Hardhat') && hardhat === undefined) continue
    if (language === 'sh') output = run(withTarballs(code))
    else if (language === 'text') expectLines(code)
    else if (title) write(title, code)
  }
  if (hardhat === undefined) {
    console.log(
      'Skipped the section on Hardhat: `eval "$(bash .ci/hardhat)"` gets the Node that it needs.',
    )
  }
  console.log('The guide works as it is written.')
} finally {
  rmSync(folder, { recursive: true })
}

function write(path: string, code: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), code)
}

function run(commands: string): string {
  console.log(commands.trim().replace(/^/gm, '$ '))
  const path = hardhat ? `${hardhat}/node_modules/node/bin:${process.env.PATH}` : process.env.PATH
  const { LOCKSTEP_RPC_URL: _, ...rest } = process.env
  const env = { ...rest, PATH: path, NO_COLOR: '1' }
  const { stdout, status } = spawnSync('bash', ['-euc', `exec 2>&1\n${commands}`], {
    cwd: folder,
    env,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`Exit code ${status}:\n${stdout}`)
  return stdout
}

/** An install of packages that are on no registry yet takes those that were packed. */
function withTarballs(commands: string): string {
  return commands.replaceAll(/^npm install.*$/gm, (line) =>
    line.replaceAll(/@lockstep\/(\w+)/g, (_, name: string) => {
      const file = readdirSync(tarballs).find((each) => each.startsWith(`lockstep-${name}-`))
      if (!file) throw new Error(`${tarballs} holds no tarball of @lockstep/${name}.`)
      return join(tarballs, file)
    }),
  )
}

/** Each line stands in the output; what an ellipsis stands for may be anything. */
function expectLines(text: string): void {
  const squeezed = output.replaceAll(/[ \t]+/g, ' ')
  for (const line of text.trim().split('\n')) {
    const wanted = line
      .replaceAll(/[ \t]+/g, ' ')
      .split('…')
      .map((part) => part.trim())
    if (!wanted.every((part) => squeezed.includes(part))) {
      throw new Error(`The guide promises "${line}", and this came:\n${output}`)
    }
  }
}
