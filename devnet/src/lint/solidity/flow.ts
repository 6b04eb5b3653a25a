import { type AstNode, nodesOf, parametersOf, startOf } from './ast.js'
import {
  argumentsFor,
  calledFunction,
  inferenceCall,
  isExternal,
  isFreshnessCheck,
} from './calls.js'
import {
  blockRead,
  feedRead,
  noOrigins,
  type Origin,
  type Origins,
  originsOf,
  parameterOrigins,
  union,
} from './origins.js'
import type { CompiledUnit, Place } from './unit.js'

/** An inference that a function makes, itself or through functions of the same contract that it calls. */
export interface Asked {
  readonly call: Place
  /** What its input is made of. */
  readonly origins: Origins
  /** Whether something before it reverts for what is stale. */
  readonly isGuarded: boolean
}

/** What a function does, for those who call it. */
interface Summary {
  /** What its return values are made of. */
  readonly returns: Origins
  readonly asked: readonly Asked[]
  /** Whether it, or what it calls, checks for staleness. */
  readonly checks: boolean
}

const nothing: Summary = { returns: noOrigins, asked: [], checks: false }

/**
 * Follows values from where they come from to the models that they reach: through variables, elements of arrays, fields
 * of structs, arithmetic, conversions, and calls within the contract. Not through storage, through the condition of a
 * branch, through an index, or through another contract.
 */
export class Flow {
  private readonly summaries = new Map<AstNode, Summary>()

  constructor(private readonly unit: CompiledUnit) {}

  /** The inferences of a function. */
  asked(place: Place): readonly Asked[] {
    return this.summarise(place).asked
  }

  private summarise(place: Place): Summary {
    const known = this.summaries.get(place.node)
    if (known) return known
    // A function that calls itself adds nothing by that.
    this.summaries.set(place.node, nothing)
    const summary = new FunctionFlow(place, this.unit, (called) => this.summarise(called)).summary()
    this.summaries.set(place.node, summary)
    return summary
  }
}

class FunctionFlow {
  private readonly variables: Map<number, Origins>
  private readonly nodes: readonly AstNode[]

  constructor(
    private readonly place: Place,
    private readonly unit: CompiledUnit,
    private readonly summarise: (called: Place) => Summary,
  ) {
    this.variables = parameterOrigins(place)
    this.nodes = place.node.body ? [...nodesOf(place.node.body)] : []
  }

  summary(): Summary {
    this.fillVariables()
    const checks = this.checks()
    return {
      returns: this.returns(),
      asked: this.nodes.flatMap((node) => this.askedBy(node, checks)),
      checks: checks.length > 0,
    }
  }

  /** Assignments in loops reach what stands before them, so all are taken until none changes anything. */
  private fillVariables(): void {
    let size = -1
    for (;;) {
      for (const node of this.nodes) this.assign(node)
      const now = [...this.variables.values()].reduce((sum, set) => sum + set.size, 0)
      if (now === size) return
      size = now
    }
  }

  private assign(node: AstNode): void {
    if (node.nodeType === 'VariableDeclarationStatement' && node.initialValue) {
      const declared = (node.declarations ?? []).map((each) => (each ? each.id : undefined))
      this.assignAll(declared, node.initialValue)
    }
    if (node.nodeType === 'Assignment' && node.leftHandSide && node.rightHandSide) {
      const left = node.leftHandSide
      const targets = left.nodeType === 'TupleExpression' ? (left.components ?? []) : [left]
      this.assignAll(
        targets.map((each) => each && rootOf(each)),
        node.rightHandSide,
      )
    }
  }

  private assignAll(targets: readonly (number | undefined | null)[], value: AstNode): void {
    const values = value.nodeType === 'TupleExpression' ? (value.components ?? []) : []
    for (const [index, target] of targets.entries()) {
      if (typeof target !== 'number') continue
      const part = values.length === targets.length ? values[index] : value
      const origins = union(this.variables.get(target) ?? noOrigins, this.originsOf(part))
      this.variables.set(target, origins)
    }
  }

  private originsOf(node: AstNode | null | undefined): Origins {
    if (!node) return noOrigins
    switch (node.nodeType) {
      case 'Identifier':
        return this.variables.get(node.referencedDeclaration ?? Number.NaN) ?? noOrigins
      case 'MemberAccess':
        return this.known(blockRead(this.at(node))) ?? this.originsOf(node.expression)
      case 'FunctionCall':
        return this.originsOfCall(node)
      case 'IndexAccess':
      case 'IndexRangeAccess':
        return this.originsOf(node.baseExpression)
      case 'TupleExpression':
        return this.all(node.components ?? [])
      case 'Conditional':
        return this.all([node.trueExpression, node.falseExpression])
      case 'BinaryOperation':
        return this.all([node.leftExpression, node.rightExpression])
      case 'UnaryOperation':
        return this.originsOf(node.subExpression)
      case 'Assignment':
        return this.originsOf(node.rightHandSide)
      default:
        return noOrigins
    }
  }

  private originsOfCall(call: AstNode): Origins {
    const read = this.known(blockRead(this.at(call)) ?? feedRead(this.at(call)))
    if (read) return read
    if (call.kind !== 'functionCall') return this.all(call.arguments ?? [])
    // A model's answer is its own, and another contract's is not followed.
    if (inferenceCall(call) || isExternal(call)) return noOrigins
    const called = calledFunction(this.unit, call)
    return called
      ? this.through(this.summarise(called).returns, call, called.node)
      : this.all(call.arguments ?? [])
  }

  /** Origins as a called function sees them, as they are here: its parameters are what the call gives. */
  private through(origins: Origins, call: AstNode, called: AstNode): Origins {
    const given = argumentsFor(call, called)
    const ids = parametersOf(called).map(({ id }) => id)
    return union(
      ...[...origins].map(([key, origin]) =>
        origin.kind === 'parameter' && ids.includes(origin.node.id)
          ? this.originsOf(given[ids.indexOf(origin.node.id)])
          : new Map([[key, origin]]),
      ),
    )
  }

  private askedBy(node: AstNode, checks: readonly number[]): readonly Asked[] {
    if (node.nodeType !== 'FunctionCall') return []
    const isChecked = checks.some((check) => check < startOf(node))
    const asked = inferenceCall(node)
    if (asked) {
      const isGuarded = asked.isGuarded || isChecked
      return [{ call: this.at(node), origins: this.originsOf(asked.input), isGuarded }]
    }
    const called = isExternal(node) ? undefined : calledFunction(this.unit, node)
    if (!called) return []
    return this.summarise(called).asked.map(({ call, origins, isGuarded }) => ({
      call: call.file.isOwn ? call : this.at(node),
      origins: this.through(origins, node, called.node),
      isGuarded: isGuarded || isChecked,
    }))
  }

  private returns(): Origins {
    const named = this.place.node.returnParameters
    return union(
      ...(named ? parametersOf(named) : []).map(({ id }) => this.variables.get(id) ?? noOrigins),
      ...this.nodes
        .filter(({ nodeType }) => nodeType === 'Return')
        .map(({ expression }) => this.originsOf(expression)),
    )
  }

  /** Where the function starts to check for staleness; modifiers come before everything. */
  private checks(): number[] {
    const modifiers = (this.place.node.modifiers ?? []).filter(({ modifierName }) => {
      const { referencedDeclaration, name } = modifierName ?? {}
      const modifier = this.unit.declaration(referencedDeclaration, name)
      return modifier?.node.nodeType === 'ModifierDefinition' && this.summarise(modifier).checks
    })
    const statements = this.nodes.filter((node) => this.isCheck(node)).map(startOf)
    return modifiers.length > 0 ? [0, ...statements] : statements
  }

  private isCheck(node: AstNode): boolean {
    if (node.nodeType === 'IfStatement')
      return isExit(node.trueBody) && this.seesTime(node.condition)
    if (node.nodeType !== 'FunctionCall') return false
    if (isFreshnessCheck(node)) return true
    if (node.expression?.name === 'require') return this.seesTime(node.arguments?.[0])
    const called = isExternal(node) ? undefined : calledFunction(this.unit, node)
    return called !== undefined && this.summarise(called).checks
  }

  /** A condition on the block's time or number is taken for a check of an age, whatever it says. */
  private seesTime(condition: AstNode | undefined): boolean {
    return [...this.originsOf(condition).values()].some(
      ({ text }) => text === 'block.timestamp' || text === 'block.number',
    )
  }

  private all(nodes: readonly (AstNode | null | undefined)[]): Origins {
    return union(...nodes.map((node) => this.originsOf(node)))
  }

  private known(origin: Origin | undefined): Origins | undefined {
    return origin && originsOf(origin)
  }

  private at(node: AstNode): Place {
    return { node, file: this.place.file }
  }
}

/** The variable that an assignment changes, or whose part it changes. */
function rootOf(node: AstNode): number | undefined {
  const inner = node.baseExpression ?? (node.nodeType === 'MemberAccess' ? node.expression : null)
  return inner ? rootOf(inner) : (node.referencedDeclaration ?? undefined)
}

/** Whether a branch ends the function. */
function isExit(body: AstNode | undefined): boolean {
  if (!body) return false
  return [...nodesOf(body)].some(
    ({ nodeType, expression }) =>
      nodeType === 'RevertStatement' ||
      nodeType === 'Return' ||
      (nodeType === 'FunctionCall' && expression?.name === 'revert'),
  )
}
