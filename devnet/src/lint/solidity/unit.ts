import type { AstNode } from './ast.js'
import { nodesOf, startOf } from './ast.js'

/** A Solidity source and what the compiler made of it. */
export interface SolidityFile {
  /** From the project's folder, with slashes. */
  readonly path: string
  readonly text: string
  readonly ast: AstNode
  /** Whether it is the project's, and no library's or test's. */
  readonly isOwn: boolean
}

/** A node, and the file that it stands in. */
export interface Place {
  readonly node: AstNode
  readonly file: SolidityFile
}

/** What one run of the compiler saw. Ids of nodes are its own. */
export class CompiledUnit {
  private readonly declarations = new Map<number, Place[]>()

  constructor(readonly files: readonly SolidityFile[]) {
    for (const file of files) {
      for (const node of nodesOf(file.ast)) {
        if (!declares.has(node.nodeType)) continue
        const others = this.declarations.get(node.id)
        if (others) others.push({ node, file })
        else this.declarations.set(node.id, [{ node, file }])
      }
    }
  }

  /**
   * The declaration that a name stands for.
   * @param name Foundry keeps trees of several runs in one folder, whose ids may collide: the name tells them apart.
   */
  declaration(id: number | null | undefined, name: string | undefined): Place | undefined {
    return this.declarations.get(id ?? Number.NaN)?.find(({ node }) => node.name === name)
  }

  /** Every node of the project's own files. */
  *ownNodes(): Generator<Place> {
    for (const file of this.files) {
      if (!file.isOwn) continue
      for (const node of nodesOf(file.ast)) yield { node, file }
    }
  }
}

const declares = new Set(['FunctionDefinition', 'ModifierDefinition', 'VariableDeclaration'])

/** Line and column of a node, from 1. */
export function positionOf({ node, file }: Place): { line: number; column: number } {
  const before = Buffer.from(file.text).subarray(0, startOf(node)).toString()
  const lines = before.split('\n')
  return { line: lines.length, column: (lines.at(-1) ?? '').length + 1 }
}

/** The functions of the project's own contracts and libraries that have a body. */
export function functionsOf(unit: CompiledUnit): Place[] {
  return [...unit.ownNodes()].filter(
    ({ node }) => node.nodeType === 'FunctionDefinition' && node.body,
  )
}
