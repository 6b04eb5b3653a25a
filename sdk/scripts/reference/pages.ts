import { fileURLToPath } from 'node:url'
import { solidityReference } from './solidity.js'
import { typescriptReference } from './typescript.js'

/** A page that is written out of the sources. */
export interface ReferencePage {
  readonly path: string
  readonly text: string
}

/** The pages of docs/api, as they shall be. */
export function referencePages(): readonly ReferencePage[] {
  const folder = fileURLToPath(new URL('../../../docs/api/', import.meta.url))
  return [
    { path: `${folder}solidity.md`, text: solidityReference() },
    { path: `${folder}typescript.md`, text: typescriptReference() },
  ]
}
