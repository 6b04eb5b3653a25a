import {
  ControlFlowError,
  CustomDomainError,
  RandomOperatorError,
  StringTensorError,
  UnboundedShapeError,
  UnsupportedOperatorError,
} from '../errors.js'
import { operators } from '../operators/index.js'
import type { Operator } from '../operators/operator.js'

const DEFAULT_DOMAINS: readonly string[] = ['', 'ai.onnx']
const ML_DOMAIN = 'ai.onnx.ml'

const RANDOM = new Set([
  'Bernoulli',
  'Multinomial',
  'RandomNormal',
  'RandomNormalLike',
  'RandomUniform',
  'RandomUniformLike',
])
const LOOPS = new Set(['Loop', 'Scan', 'SequenceMap'])
const DATA_SHAPED = new Set(['NonZero', 'Unique', 'Compress', 'NonMaxSuppression'])
const TEXT = new Set([
  'StringNormalizer',
  'StringConcat',
  'StringSplit',
  'RegexFullMatch',
  'TfIdfVectorizer',
])

/** `Op`, or `domain.Op` outside the default domain. */
export function operatorNameOf(domain: string, opType: string): string {
  return DEFAULT_DOMAINS.includes(domain) ? opType : `${domain}.${opType}`
}

/** The domain under which a model imports an operator set. */
export function isDefaultDomain(domain: string): boolean {
  return DEFAULT_DOMAINS.includes(domain)
}

/**
 * Finds an admitted operator.
 * @param version - Operator-set version that the model imports for the operator's domain.
 * @throws the ModelError that says why the operator is refused, and what to do instead.
 */
export function lookUp(domain: string, opType: string, version: number, node: string): Operator {
  const operatorName = operatorNameOf(domain, opType)
  const site = { node, operator: operatorName }
  if (!isDefaultDomain(domain) && domain !== ML_DOMAIN) throw new CustomDomainError(domain, site)
  const operator = Object.hasOwn(operators, operatorName) ? operators[operatorName] : undefined
  if (operator === undefined) return refuse(opType, site)
  const { since, until } = operator.signature
  if (version < since || version > until) {
    throw new UnsupportedOperatorError(
      `the engine has no kernel for it in operator set ${version}`,
      site,
      'Convert the model to another operator set with onnx.version_converter.',
    )
  }
  return operator
}

function refuse(opType: string, site: { node: string; operator: string }): never {
  if (RANDOM.has(opType)) throw new RandomOperatorError(site)
  if (LOOPS.has(opType)) throw new ControlFlowError(site)
  if (TEXT.has(opType)) throw new StringTensorError(site.node, site)
  if (DATA_SHAPED.has(opType)) {
    throw new UnboundedShapeError('the values of its input decide the size of its output', site)
  }
  const isContainer = /^(Sequence|Optional|Split|Concat)/.test(opType)
  throw new UnsupportedOperatorError(
    'it is not on the list of admitted operators',
    site,
    isContainer
      ? 'Export with plain tensors instead of sequences and optionals.'
      : 'Replace it by admitted operators; docs/models.md lists them.',
  )
}
