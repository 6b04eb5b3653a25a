import type { LintRule } from '@lockstep/sdk/codegen'
import type { Node } from 'ts-morph'
import type { Finding } from '../finding.js'

/** A finding at a node of a file that bears its path from the project's folder. */
export function findingAt(
  node: Node,
  said: { readonly rule: LintRule; readonly message: string; readonly remedy: string },
): Finding {
  const file = node.getSourceFile()
  const { line, column } = file.getLineAndColumnAtPos(node.getStart())
  return { ...said, file: file.getFilePath().slice(1), line, column }
}
