import { writeFile } from 'node:fs/promises'
import { signalUrl } from '../src/model.js'
import { buildSignal } from './build.js'

await writeFile(signalUrl, await buildSignal())
