import type { Manifest } from '../replay/bundles/manifest.js'

/** Says what a bundle holds. */
export function bundleText(folder: string, manifest: Manifest): string {
  const { base, head, start, transactions, inferences, files } = manifest
  const models = Object.keys(files).filter((path) => path.startsWith('models/')).length
  const bytes = Object.values(files).reduce((sum, file) => sum + file.bytes, 0)
  return [
    `Bundle       ${folder}`,
    `Blocks       ${head.number - base.number}, up to ${head.number} ${head.hash}`,
    ...(start ? [`Starts from  ${startText(manifest)}`] : []),
    `Transactions ${transactions}`,
    `Inferences   ${inferences}, of ${models} models`,
    `Size         ${bytes} bytes`,
  ].join('\n')
}

function startText({ base, start }: Manifest): string {
  const proof = start?.provedBy === 'header' ? 'its header' : 'the manifest alone'
  return `block ${base.number}, with a state that ${proof} proves`
}
