import { Node, type SourceFile, SyntaxKind, VariableDeclarationKind } from 'ts-morph'

/** The whole number that an expression always is, as far as its own file says it. */
export function constantOf(node: Node | undefined): bigint | undefined {
  if (!node) return undefined
  if (Node.isNumericLiteral(node) || Node.isBigIntLiteral(node)) return integerOf(node.getText())
  if (Node.isParenthesizedExpression(node) || Node.isAsExpression(node)) {
    return constantOf(node.getExpression())
  }
  if (Node.isIdentifier(node))
    return constantOf(initialiserOf(node.getSourceFile(), node.getText()))
  if (Node.isCallExpression(node) && node.getExpression().getText() === 'BigInt') {
    return constantOf(node.getArguments()[0])
  }
  if (!Node.isBinaryExpression(node)) return undefined
  const [left, right] = [constantOf(node.getLeft()), constantOf(node.getRight())]
  if (left === undefined || right === undefined) return undefined
  return operate(node.getOperatorToken().getKind(), left, right)
}

function integerOf(text: string): bigint | undefined {
  const digits = text.replaceAll('_', '').replace(/n$/, '')
  return Number.isSafeInteger(Number(digits)) ? BigInt(digits) : undefined
}

/** What a `const` of this name begins as; of two of one name, neither. */
function initialiserOf(file: SourceFile, name: string): Node | undefined {
  const declared = file
    .getDescendantsOfKind(SyntaxKind.VariableDeclaration)
    .filter((declaration) => declaration.getName() === name)
  const [only] = declared
  const isConstant =
    only?.getVariableStatement()?.getDeclarationKind() === VariableDeclarationKind.Const
  return isConstant && declared.length === 1 ? only?.getInitializer() : undefined
}

function operate(operator: SyntaxKind, left: bigint, right: bigint): bigint | undefined {
  switch (operator) {
    case SyntaxKind.PlusToken:
      return left + right
    case SyntaxKind.MinusToken:
      return left - right
    case SyntaxKind.AsteriskToken:
      return left * right
    case SyntaxKind.AsteriskAsteriskToken:
      return right >= 0n && right < 256n ? left ** right : undefined
    default:
      return undefined
  }
}
