import { type AstNode, typeOf } from './ast.js'
import type { CompiledUnit } from './unit.js'

/** The integer that an expression always has, as far as the source says it. */
export function constantOf(unit: CompiledUnit, node: AstNode | undefined): bigint | undefined {
  if (!node) return undefined
  // The compiler has worked out what literals alone make.
  const literal = /^int_const (-?\d+)$/.exec(typeOf(node))
  if (literal) return BigInt(literal[1] as string)
  switch (node.nodeType) {
    case 'Literal':
      return typeOf(node) === 'address' ? BigInt(node.value as string) : undefined
    case 'Identifier':
    case 'MemberAccess':
      return maximumOf(node) ?? declaredConstant(unit, node)
    case 'FunctionCall':
      return node.kind === 'typeConversion' ? constantOf(unit, node.arguments?.[0]) : undefined
    case 'TupleExpression':
      return node.components?.length === 1
        ? constantOf(unit, node.components[0] ?? undefined)
        : undefined
    case 'BinaryOperation':
      return operate(
        node.operator,
        constantOf(unit, node.leftExpression),
        constantOf(unit, node.rightExpression),
      )
    default:
      return undefined
  }
}

/** `type(uint64).max`, and its kind. */
function maximumOf({ memberName, expression }: AstNode): bigint | undefined {
  if (memberName !== 'max' || !expression) return undefined
  const type = /^type\((u?)int(\d+)\)$/.exec(typeOf(expression))
  if (!type) return undefined
  return 2n ** (BigInt(type[2] as string) - (type[1] ? 0n : 1n)) - 1n
}

function declaredConstant(unit: CompiledUnit, node: AstNode): bigint | undefined {
  const declared = unit.declaration(node.referencedDeclaration, node.name ?? node.memberName)?.node
  if (declared?.nodeType !== 'VariableDeclaration' || declared.mutability !== 'constant')
    return undefined
  return typeof declared.value === 'object' && declared.value
    ? constantOf(unit, declared.value)
    : undefined
}

function operate(
  operator: string | undefined,
  left: bigint | undefined,
  right: bigint | undefined,
): bigint | undefined {
  if (left === undefined || right === undefined) return undefined
  switch (operator) {
    case '+':
      return left + right
    case '-':
      return left - right
    case '*':
      return left * right
    case '/':
      return right === 0n ? undefined : left / right
    default:
      return undefined
  }
}
