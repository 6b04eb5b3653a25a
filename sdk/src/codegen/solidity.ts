import { toConstantCase, toPascalCase } from './names.js'
import type { Port, Signature } from './signature.js'

/** Name of the library of a model. */
export function libraryName(model: string): string {
  return `${toPascalCase(model)}Model`
}

/** What a new Solidity file starts with. */
export const solidityHeader = '// SPDX-License-Identifier: MIT\npragma solidity ^0.8.24;\n\n'

/** A typed library for one model. */
export function solidityOf(signature: Signature): string {
  const { name, description, docs, isSimple } = signature
  const title = docs || `The model \`${name}\`.`
  const imports = isSimple
    ? ['{Inference} from "@lockstep/sdk/contracts/Inference.sol"']
    : [
        '{Inference} from "@lockstep/sdk/contracts/Inference.sol"',
        '{IInference} from "@lockstep/sdk/contracts/interfaces/IInference.sol"',
      ]
  imports.push('{ModelId} from "@lockstep/sdk/contracts/types/ModelId.sol"')
  return [
    ...imports.map((each) => `import ${each};`),
    '',
    `/// @title ${libraryName(name)}`,
    `/// @notice ${title}`,
    `/// @dev Class ${description.class}, ${description.bytes} bytes.`,
    `library ${libraryName(name)} {`,
    ...indent(constantsOf(signature)),
    '',
    ...indent(isSimple ? predictOf(signature) : predictTensorsOf(signature)),
    '}',
  ].join('\n')
}

function constantsOf({ description, inputs, outputs }: Signature): string[] {
  const lines = [
    '/// @notice keccak256 of the model file.',
    `ModelId internal constant ID = ModelId.wrap(${description.id});`,
  ]
  if (description.gas !== null) {
    lines.push(
      '',
      '/// @notice Gas that the precompile charges for one call.',
      `uint256 internal constant GAS = ${description.gas};`,
    )
  }
  for (const port of [...inputs, ...outputs]) lines.push(...portConstants(port))
  return lines
}

function portConstants({ name, tensor, length, encoding }: Port): string[] {
  const prefix = toConstantCase(name)
  const lines: string[] = []
  if (length !== undefined) {
    lines.push(
      '',
      `/// @notice Elements of \`${quoteTensor(tensor)}\`.`,
      `uint256 internal constant ${prefix}_LENGTH = ${length};`,
    )
  }
  if (encoding?.kind === 'linear') {
    lines.push(
      '',
      `/// @notice A real number is (q − ${prefix}_ZERO) · ${prefix}_SCALE / ${prefix}_UNIT for an integer q of \`${quoteTensor(tensor)}\`.`,
      `int256 internal constant ${prefix}_SCALE = ${encoding.scale[0]};`,
      `int256 internal constant ${prefix}_UNIT = ${encoding.scale[1]};`,
      `int256 internal constant ${prefix}_ZERO = ${encoding.zero};`,
    )
  }
  return lines
}

function predictOf({ name, inputs, outputs }: Signature): string[] {
  const [input, output] = [inputs[0] as Port, outputs[0] as Port]
  const docs = [
    `/// @notice Runs \`${name}\`.`,
    `/// @param ${input.name} ${input.summary}`,
    `/// @return ${output.name} ${output.summary}`,
  ]
  const head = `function predict(${typeOf(input)} ${input.name}) internal view returns (${typeOf(output)} ${output.name}) {`
  return [...docs, head, ...indent([...packInput(input), ...runAndUnpack(input, output)]), '}']
}

/** A scalar is a value, a short tensor an array of its length, and any other a list. */
function typeOf({ isScalar, isTuple, length }: Port): string {
  if (isScalar) return 'int256'
  return isTuple ? `int256[${length}] memory` : 'int256[] memory'
}

function packInput({ name, isScalar, isTuple, length }: Port): string[] {
  if (!isTuple) return []
  const allocate = `int256[] memory x_ = new int256[](${length});`
  if (isScalar) return [allocate, `x_[0] = ${name};`]
  return [allocate, `for (uint256 i_; i_ < ${length}; ++i_) {`, `    x_[i_] = ${name}[i_];`, '}']
}

function runAndUnpack(input: Port, output: Port): string[] {
  const x = input.isTuple ? 'x_' : input.name
  if (output.isScalar) return [`return Inference.inferScalar(ID, ${x});`]
  if (!output.isTuple) return [`return Inference.infer(ID, ${x});`]
  return [
    `int256[] memory y_ = Inference.infer(ID, ${x});`,
    `for (uint256 i_; i_ < ${output.length}; ++i_) {`,
    `    ${output.name}[i_] = y_[i_];`,
    '}',
  ]
}

function predictTensorsOf({ name, inputs, outputs }: Signature): string[] {
  const list = (ports: readonly Port[]) =>
    ports.map(({ tensor, summary }) => `\`${quoteTensor(tensor)}\` ${summary}`).join('; ')
  return [
    `/// @notice Runs \`${name}\` on tensors of its own types.`,
    `/// @param inputs In this order: ${list(inputs)}`,
    `/// @return outputs In this order: ${list(outputs)}`,
    'function predict(IInference.Tensor[] memory inputs) internal view returns (IInference.Tensor[] memory outputs) {',
    '    return Inference.inferTensors(ID, inputs);',
    '}',
  ]
}

/** A tensor's name is any text: what could end or break a comment is shown as `?`. */
function quoteTensor(tensor: string): string {
  return tensor.replace(/[^ -~]|[`*/\\@]/g, '?')
}

function indent(lines: readonly string[]): string[] {
  return lines.map((line) => (line === '' ? '' : `    ${line}`))
}
