import { Command } from 'commander'
import { addNodeOptions, connect, type NodeOptions } from './connect.js'
import { describeTensor } from './input.js'
import { print, printJson, printTable } from './output.js'

const example = `
Example:
  $ npx lockstep models`

/** `lockstep models`: the models that a chain has registered. */
export function modelsCommand(): Command {
  return addNodeOptions(
    new Command('models').description('list the models registered on the chain'),
  )
    .option('--json', 'print one JSON object')
    .addHelpText('after', example)
    .action(async (options: NodeOptions & { json?: boolean }) => {
      const client = await connect(options)
      const models = await client.inference.getModels()
      if (options.json) return printJson({ models })
      if (models.length === 0)
        return print('No model is registered. Deploy one with `lockstep deploy model.onnx`.')
      printTable(
        ['ID', 'CLASS', 'INPUTS', 'OUTPUTS', 'BYTES', 'NAMES'],
        models.map((model) => [
          model.id,
          model.class,
          model.inputs.map(({ dtype, shape }) => describeTensor(dtype, shape)).join(' '),
          model.outputs.map(({ dtype, shape }) => describeTensor(dtype, shape)).join(' '),
          String(model.bytes),
          model.names.map(({ owner, name }) => `${owner}/${name}`).join(' '),
        ]),
      )
    })
}
