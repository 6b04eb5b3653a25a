import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Metafile, type Plugin } from 'esbuild'

const workspace = resolve(dirname(fileURLToPath(import.meta.url)), '../..')
const output = join(workspace, 'devnet/bundle')

/** Packages that find files of their own at run time, or are larger than all else, and so stay where they are. */
const external = [
  'lmdb',
  'onnxruntime-*',
  'piscina',
  'solc',
  'tiny-secp256k1',
  'ts-morph',
  'webgpu',
  'ws',
]

/**
 * Puts what the `lockstep` command loads into a few files: reading and linking over a thousand modules takes most of
 * the time to start.
 */
export async function bundleCommand(): Promise<void> {
  const { metafile } = await build({
    absWorkingDir: workspace,
    entryPoints: ['devnet/dist/cli/main.js'],
    outdir: output,
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external,
    metafile: true,
    banner: { js: requireBanner },
    plugins: [modulePlaces],
    logLevel: 'warning',
  })
  writeFileSync(join(output, licensesFile), licenses(metafile))
  // A file that did not change keeps its name, and a command that runs may still load it.
  const made = new Set(Object.keys(metafile.outputs).map((file) => basename(file)))
  for (const file of readdirSync(output)) {
    if (file !== licensesFile && !made.has(file)) rmSync(join(output, file))
  }
}

const licensesFile = 'LICENSES.txt'

/** CommonJS modules among the bundled ones require Node's own. */
const requireBanner = `import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);`

/** Lets modules that look for files beside them, or for packages of their own, look from where they were. */
const modulePlaces: Plugin = {
  name: 'module places',
  setup(build) {
    build.onLoad({ filter: /(devnet|precompile|sdk)[/\\]dist[/\\].*\.js$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replaceAll('import.meta.url', placeOf(path)),
      loader: 'js',
    }))
  },
}

function placeOf(path: string): string {
  const [name = '', ...rest] = relative(workspace, path).split(sep)
  if (name === 'devnet') return urlOf(`../${rest.join('/')}`, 'import.meta.url')
  const entry = `import.meta.resolve('@lockstep/${name}')`
  return urlOf(`./${rest.slice(1).join('/')}`, entry)
}

function urlOf(path: string, base: string): string {
  return `new URL(${JSON.stringify(path)}, ${base}).href`
}

/** Names, licenses and sources of the packages in a bundle, as their licenses ask. */
function licenses({ inputs }: Metafile): string {
  const folders = new Set<string>()
  for (const input of Object.keys(inputs)) {
    const [folder] = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input) ?? []
    if (folder) folders.add(join(workspace, folder))
  }
  const notices = [...folders].sort().map(noticeOf)
  return ['The files beside this one contain, unchanged, code of these packages.', ...notices].join(
    `\n\n${'-'.repeat(80)}\n\n`,
  )
}

function noticeOf(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const head = `${name} ${version} (${license})\nhttps://www.npmjs.com/package/${name}/v/${version}`
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|notice)/i.test(file))
  return [head, ...files.map((file) => readFileSync(join(folder, file), 'utf8').trim())].join(
    '\n\n',
  )
}

await bundleCommand()
