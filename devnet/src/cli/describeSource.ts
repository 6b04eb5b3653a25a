import { join } from 'node:path'
import { describeModel, readModel } from '@lockstep/precompile'
import { inferenceActions } from '@lockstep/sdk'
import type { DescribedModel, LoadedConfig, ModelSource } from '@lockstep/sdk/codegen'
import { createPublicClient, http } from 'viem'
import { readModelFile } from './modelFile.js'

/** Describes a model of a configuration: a file from what it holds, one of a chain by asking a node. */
export async function describeSource(
  source: ModelSource,
  { config, root }: Pick<LoadedConfig, 'config' | 'root'>,
): Promise<DescribedModel> {
  if ('file' in source) {
    return describeModel(readModel(await readModelFile(join(root, source.file))))
  }
  const transport = http(config.rpcUrl ?? 'http://127.0.0.1:8545')
  const client = createPublicClient({ transport }).extend(inferenceActions())
  return client.inference.getModel({ model: source.id })
}
