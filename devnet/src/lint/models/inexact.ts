import { readFile } from 'node:fs/promises'
import type { DescribedModel, LoadedConfig, ModelSource } from '@lockstep/sdk/codegen'
import { Node, Project, SyntaxKind } from 'ts-morph'
import type { Finding } from '../finding.js'
import { shownPath } from '../projectFiles.js'

/** Says of a model what `lockstep inspect` says. */
export type Describe = (source: ModelSource, loaded: LoadedConfig) => Promise<DescribedModel>

/** Models of the configuration that are not of the class that it demands of them. */
export async function inexactModels(
  loaded: LoadedConfig,
  folder: string,
  describe: Describe,
): Promise<Finding[]> {
  const { config, path } = loaded
  const findings: Finding[] = []
  for (const [name, given] of Object.entries(config.models ?? {})) {
    const source = typeof given === 'string' ? { file: given } : given
    const model = await describe(source, loaded)
    if (model.class === 'exact') continue
    const shown = 'file' in source ? source.file : source.id
    findings.push({
      rule: 'inexact-model',
      file: shownPath(folder, path),
      ...(await placeOf(path, name)),
      message: `The model ${name}, ${shown}, is of the class ${model.class}, where the configuration demands exact.`,
      remedy: `Turn it into integers: npx lockstep compile ${'file' in source ? source.file : 'model.onnx'} -o ${name}.exact.onnx`,
    })
  }
  return findings
}

/** Where the configuration names a model; its first line where the name is made otherwise. */
async function placeOf(path: string, name: string): Promise<{ line: number; column: number }> {
  const project = new Project({ useInMemoryFileSystem: true })
  const file = project.createSourceFile('/config.ts', await readFile(path, 'utf8'))
  const models = file
    .getDescendantsOfKind(SyntaxKind.PropertyAssignment)
    .find((property) => property.getName() === 'models')
    ?.getInitializer()
  const named = Node.isObjectLiteralExpression(models)
    ? models.getProperties().find((each) => 'getName' in each && unquoted(each.getName()) === name)
    : undefined
  return file.getLineAndColumnAtPos(named?.getStart() ?? 0)
}

function unquoted(name: string): string {
  return name.replace(/^(['"])(.*)\1$/, '$2')
}
