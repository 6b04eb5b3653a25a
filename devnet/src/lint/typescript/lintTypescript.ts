import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { LintRule } from '@lockstep/sdk/codegen'
import { Project, type SourceFile, ts } from 'ts-morph'
import { SyntaxFaultError } from '../errors.js'
import type { Finding } from '../finding.js'
import { absurdGuard } from './absurdGuard.js'
import { fixedGas } from './fixedGas.js'

const rules: Partial<Record<LintRule, (file: SourceFile) => Finding[]>> = {
  'absurd-guard': absurdGuard,
  'fixed-gas': fixedGas,
}

/** What the rules find in the TypeScript files that have to do with inference. @throws SyntaxFaultError */
export async function lintTypescript(
  root: string,
  files: readonly string[],
  enabled: ReadonlySet<LintRule>,
): Promise<Finding[]> {
  const project = await readProject(root, files)
  requireSyntax(project)
  return project
    .getSourceFiles()
    .flatMap((file) =>
      Object.entries(rules).flatMap(([rule, find]) =>
        enabled.has(rule as LintRule) ? find(file) : [],
      ),
    )
}

/** Only syntax is looked at, so that nothing that a file imports is read. */
async function readProject(root: string, files: readonly string[]): Promise<Project> {
  const project = new Project({
    useInMemoryFileSystem: true,
    compilerOptions: { noLib: true, noResolve: true, types: [] },
  })
  for (const file of files) {
    const text = await readFile(join(root, file), 'utf8')
    if (/@lockstep\/sdk|\.inference\b/.test(text)) project.createSourceFile(`/${file}`, text)
  }
  return project
}

function requireSyntax(project: Project): void {
  const faults = project.getSourceFiles().flatMap((file) => {
    const diagnostics = project.getProgram().getSyntacticDiagnostics(file)
    return diagnostics.map((diagnostic) => {
      const { line, column } = file.getLineAndColumnAtPos(diagnostic.getStart())
      const said = ts.flattenDiagnosticMessageText(diagnostic.compilerObject.messageText, '\n')
      return `${file.getFilePath().slice(1)}:${line}:${column} ${said}`
    })
  })
  if (faults.length === 0) return
  throw new SyntaxFaultError(`TypeScript cannot be read:\n${faults.join('\n')}`, {
    remedy: 'Mend it, or leave the file out with `exclude` in the configuration.',
  })
}
