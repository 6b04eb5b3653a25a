import { Command } from 'commander'
import { addNodeOptions, connect, type NodeOptions } from './connect.js'
import { parseJson } from './input.js'
import { print, printJson, UsageError } from './output.js'
import { resolveTarget } from './target.js'

const example = `
Example:
  $ npx lockstep quote volatility-v1 --shapes '[[1,8]]'`

/** `lockstep quote`: the gas that one call of a model costs. */
export function quoteCommand(): Command {
  return addNodeOptions(
    new Command('quote')
      .description('show the gas of one call of a model')
      .argument('<id|name>', 'model id, owner/name, or a name of the first account')
      .option('--shapes <json>', 'one shape an input; default the shapes that the model declares'),
  )
    .option('--json', 'print one JSON object')
    .addHelpText('after', example)
    .action(quote)
}

async function quote(
  target: string,
  options: NodeOptions & { shapes?: string; json?: boolean },
): Promise<void> {
  const client = await connect(options)
  const model = await resolveTarget(client, target)
  const shapes =
    options.shapes === undefined
      ? await declaredShapes(client, model)
      : readShapes(parseJson(options.shapes, '--shapes'))
  const gas = await client.inference.quote({ model, shapes })
  if (options.json) return printJson({ id: model, shapes, gas })
  print(`${gas} gas`)
}

async function declaredShapes(
  client: Awaited<ReturnType<typeof connect>>,
  model: `0x${string}`,
): Promise<readonly (readonly number[])[]> {
  const { inputs } = await client.inference.getModel({ model })
  const open = inputs.find(({ shape }) => shape.includes(-1))
  if (open) {
    throw new UsageError(
      `Input "${open.name}" has a dimension that the caller chooses: [${open.shape}].`,
      {
        remedy: "Give every input's shape, for example --shapes '[[1,512]]'.",
      },
    )
  }
  return inputs.map(({ shape }) => shape)
}

function readShapes(json: unknown): readonly (readonly number[])[] {
  const isShape = (shape: unknown) =>
    Array.isArray(shape) && shape.every((dim) => Number.isInteger(dim) && dim >= 0 && dim < 2 ** 32)
  if (Array.isArray(json) && json.every(isShape)) return json
  throw new UsageError('--shapes must be a list of shapes, one an input.', {
    remedy: "For example --shapes '[[1,8]]'.",
  })
}
