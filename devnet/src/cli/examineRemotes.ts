import {
  createRemoteEngine,
  createWasmEngine,
  type EndpointReport,
  readModel,
} from '@lockstep/precompile'
import { readModelFolder } from './modelFile.js'
import type { RemoteFlags } from './remoteFlags.js'

export interface ExamineRemotesFlags
  extends Pick<RemoteFlags, 'remoteEndpoint' | 'remoteModelName'> {
  /** Folder of models that the remotes are to run. */
  readonly models?: string
}

/** Which remotes are there, and which models they run rightly; none where no flag names one. */
export async function examineRemotes({
  remoteEndpoint,
  remoteModelName,
  models,
}: ExamineRemotesFlags): Promise<readonly EndpointReport[]> {
  if (remoteEndpoint.length === 0) return []
  const files = models === undefined ? [] : await readModelFolder(models)
  const engine = createRemoteEngine({
    endpoints: remoteEndpoint,
    ...(remoteModelName !== undefined && { modelName: remoteModelName }),
    local: createWasmEngine({ threads: 1 }),
  })
  try {
    await engine.prepare()
    for (const { bytes } of files) await engine.prepare(readModel(bytes))
    return engine.report().endpoints
  } finally {
    await engine.close()
  }
}
