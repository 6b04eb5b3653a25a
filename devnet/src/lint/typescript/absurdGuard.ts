import { Node, type ObjectLiteralExpression, type SourceFile, SyntaxKind } from 'ts-morph'
import { absurditiesOf, type Bounds, boundNames } from '../bounds.js'
import type { Finding } from '../finding.js'
import { constantOf } from './constant.js'
import { findingAt } from './finding.js'
import { propertyValue } from './property.js'

/** A caller's guards that refuse always or never. */
export function absurdGuard(file: SourceFile): Finding[] {
  return file
    .getDescendantsOfKind(SyntaxKind.ObjectLiteralExpression)
    .filter(isGuard)
    .flatMap((guard) =>
      absurditiesOf(boundsOf(guard)).map(({ bound, message, remedy }) =>
        findingAt(guard.getProperty(bound) ?? guard, { rule: 'absurd-guard', message, remedy }),
      ),
    )
}

/** By what it is given the name of. */
function isGuard(object: ObjectLiteralExpression): boolean {
  const parent = object.getParent()
  const isNamed = Node.isPropertyAssignment(parent) || Node.isVariableDeclaration(parent)
  return isNamed && /guard$/i.test(parent.getName())
}

function boundsOf(guard: ObjectLiteralExpression): Bounds {
  return Object.fromEntries(
    boundNames.flatMap((bound) => {
      const value = propertyValue(guard, bound)
      return value ? [[bound, constantOf(value) ?? 'unknown']] : []
    }),
  )
}
