import { writeFile } from 'node:fs/promises'
import { keccak256 } from 'viem'
import { graphs } from './graphs.js'

/** The file that holds the ids of `graphs` as Solidity constants. */
export const modelConstantsFile = new URL('Models.sol', import.meta.url)

/** What the file must say. */
export function modelConstants(): string {
  const lines = Object.entries(graphs).map(
    ([name, bytes]) =>
      `ModelId constant ${name.toUpperCase()} = ModelId.wrap(${keccak256(bytes)});\n`,
  )
  return `// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {ModelId} from "../contracts/types/ModelId.sol";

// Ids of the models in graphs.ts. Written by \`npx tsx sdk/test/modelConstants.ts\`.
${lines.join('')}`
}

if (import.meta.filename === process.argv[1]) await writeFile(modelConstantsFile, modelConstants())
