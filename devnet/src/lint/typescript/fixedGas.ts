import {
  type CallExpression,
  Node,
  type ObjectLiteralExpression,
  type SourceFile,
  SyntaxKind,
} from 'ts-morph'
import type { Finding } from '../finding.js'
import { constantOf } from './constant.js'
import { findingAt } from './finding.js'
import { propertyValue } from './property.js'

const writes = new Set([
  'sendTransaction',
  'sendTransactionSync',
  // What it returns is what is sent.
  'simulateContract',
  'writeContract',
  'writeContractSync',
])

/** Transactions and calls whose gas the source fixes. */
export function fixedGas(file: SourceFile): Finding[] {
  return file.getDescendantsOfKind(SyntaxKind.CallExpression).flatMap((call) => {
    const options = call.getArguments().find(Node.isObjectLiteralExpression)
    const gas = options && mayAsk(call, options) ? propertyValue(options, 'gas') : undefined
    const amount = constantOf(gas)
    if (!gas || amount === undefined) return []
    return [
      findingAt(gas.getParentOrThrow(), {
        rule: 'fixed-gas',
        message: `The gas is fixed at ${amount}, whatever the model costs.`,
        remedy:
          'Leave `gas` out: viem estimates it, the inference included. To set a budget, take it from client.inference.quote.',
      }),
    ]
  })
}

/** Whether a call may end at a model: an action of ours, or a write. A transfer alone carries no data. */
function mayAsk(call: CallExpression, options: ObjectLiteralExpression): boolean {
  const callee = call.getExpression()
  if (!Node.isPropertyAccessExpression(callee)) return isWrite(callee.getText(), options)
  return (
    /(^|\.)inference$/.test(callee.getExpression().getText()) || isWrite(callee.getName(), options)
  )
}

function isWrite(name: string, options: ObjectLiteralExpression): boolean {
  return (
    writes.has(name) &&
    (!name.startsWith('sendTransaction') || options.getProperty('data') !== undefined)
  )
}
