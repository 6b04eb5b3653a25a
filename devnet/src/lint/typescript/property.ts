import { Node, type ObjectLiteralExpression } from 'ts-morph'

/** The value of a property, written out or by its name alone. */
export function propertyValue(object: ObjectLiteralExpression, name: string): Node | undefined {
  const property = object.getProperty(name)
  if (Node.isPropertyAssignment(property)) return property.getInitializer()
  return Node.isShorthandPropertyAssignment(property) ? property.getNameNode() : undefined
}
