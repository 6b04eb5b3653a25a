/** A node of the Solidity compiler's syntax tree: of its fields, those that the rules read. */
export interface AstNode {
  readonly id: number
  readonly nodeType: string
  /** First byte, length in bytes, index of the file. */
  readonly src: string
  readonly absolutePath?: string
  readonly name?: string
  readonly names?: readonly string[]
  readonly nameLocation?: string
  readonly memberName?: string
  readonly mutability?: string
  readonly kind?: string
  readonly operator?: string
  readonly visibility?: string
  readonly value?: AstNode | string | null
  readonly typeDescriptions?: { readonly typeString?: string | null }
  readonly referencedDeclaration?: number | null
  readonly baseFunctions?: readonly number[]
  readonly declarations?: readonly (AstNode | null)[]
  readonly initialValue?: AstNode | null
  readonly parameters?: AstNode | readonly AstNode[]
  readonly returnParameters?: AstNode
  readonly modifiers?: readonly AstNode[]
  readonly modifierName?: AstNode
  readonly body?: AstNode | null
  readonly nodes?: readonly AstNode[]
  readonly expression?: AstNode | null
  readonly arguments?: readonly AstNode[]
  readonly options?: readonly AstNode[]
  readonly components?: readonly (AstNode | null)[]
  readonly leftHandSide?: AstNode
  readonly rightHandSide?: AstNode
  readonly leftExpression?: AstNode
  readonly rightExpression?: AstNode
  readonly subExpression?: AstNode
  readonly baseExpression?: AstNode
  readonly condition?: AstNode
  readonly trueBody?: AstNode
  readonly trueExpression?: AstNode
  readonly falseExpression?: AstNode
}

/** A node and everything below it, outermost first. */
export function* nodesOf(node: AstNode): Generator<AstNode> {
  yield node
  for (const field of Object.values(node)) {
    for (const child of Array.isArray(field) ? field : [field]) {
      if (isNode(child)) yield* nodesOf(child)
    }
  }
}

function isNode(value: unknown): value is AstNode {
  return typeof value === 'object' && value !== null && 'nodeType' in value
}

export function typeOf(node: AstNode): string {
  return node.typeDescriptions?.typeString ?? ''
}

/** Where a node starts, in bytes. */
export function startOf({ src }: AstNode): number {
  return Number.parseInt(src, 10)
}

/** The parameters of a function or modifier. */
export function parametersOf({ parameters }: AstNode): readonly AstNode[] {
  if (!parameters) return []
  return 'nodeType' in parameters ? parametersOf(parameters) : parameters
}
