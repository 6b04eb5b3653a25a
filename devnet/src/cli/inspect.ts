import { describeModel, type ModelDescription, readModel } from '@lockstep/precompile'
import { Command } from 'commander'
import { describeTensor } from './input.js'
import { readModelFile } from './modelFile.js'
import { print, printJson } from './output.js'

const example = `
Example:
  $ npx lockstep inspect examples/volatility/model/volatility.onnx`

/** `lockstep inspect`: what a model file is and costs, or why it is refused. Needs no node. */
export function inspectCommand(): Command {
  return new Command('inspect')
    .description('show what a model file is, what a call of it costs, or why it is refused')
    .argument('<model.onnx>', 'the model file')
    .option('--json', 'print one JSON object')
    .addHelpText('after', example)
    .action(async (file: string, options: { json?: boolean }) => {
      const description = describeModel(readModel(await readModelFile(file)))
      if (options.json) return printJson(description)
      print(`Model      ${description.id}`)
      print(`Class      ${describeClass(description)}`)
      print(
        `Size       ${description.bytes} bytes, ${description.nodes} nodes, opset ${description.opset}`,
      )
      for (const { name, dtype, shape } of description.inputs) {
        print(`Input      ${name}: ${describeTensor(dtype, shape)}`)
      }
      for (const { name, dtype, shape } of description.outputs) {
        print(`Output     ${name}: ${describeTensor(dtype, shape)}`)
      }
      print(`Operators  ${countOperators(description.operators)}`)
      for (const line of priceLines(description)) print(line)
    })
}

function describeClass({ class: name, inexact }: ModelDescription): string {
  if (!inexact) return name
  const { reason, node, operator } = inexact
  return `${name} (not exact${node === undefined ? '' : ` at ${operator} "${node}"`}: ${reason})`
}

function countOperators(operators: Readonly<Record<string, number>>): string {
  return Object.entries(operators)
    .map(([name, count]) => `${name}×${count}`)
    .join(' ')
}

/** What a call costs and why; a model with an open dimension has no one price. */
function priceLines({ cost, gas, registrationGas }: ModelDescription): string[] {
  const registration = `Register   ${registrationGas} gas`
  if (cost === null) {
    return ['Gas/call   depends on the input shape: see lockstep quote', registration]
  }
  const work = `${cost.macs} multiply-accumulates, ${cost.elementOps} element operations`
  return [
    `Cost       ${work}, ${cost.nodes} nodes, ${cost.peakBytes} bytes at the peak`,
    `Gas/call   ${gas}`,
    registration,
  ]
}
