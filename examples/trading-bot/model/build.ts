import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import { FLOAT, INT64, node, tensor, value } from '@lockstep/example-exact/onnx'
import { readModel } from '@lockstep/example-volatility/model'
import { WINDOW } from '@lockstep/example-volatility/prices'
import { ModelProtoSchema } from 'onnx-buf'

/** Daily volatility at which the whole portfolio is in the index; at twice as much, half of it is. */
export const TARGET_VOLATILITY = 0.01

/**
 * The signal: nine prices in, oldest first, and out the share of the portfolio to hold in the index, so that its
 * volatility stays at the target. The trained network of `examples/volatility`, between two nodes that turn prices into
 * returns and two that turn volatility into a share.
 */
export async function buildSignal(): Promise<Uint8Array> {
  const network = fromBinary(ModelProtoSchema, await readModel())
  const { graph } = network
  if (!graph) throw new Error('The volatility network holds no graph.')
  const model = create(ModelProtoSchema, {
    irVersion: network.irVersion,
    producerName: 'lockstep-example-trading-bot',
    opsetImport: network.opsetImport,
    metadataProps: [
      { key: 'input', value: `${WINDOW} daily closes, oldest first, then the price now; any unit` },
      {
        key: 'output',
        value: `share to hold, 0 to 1: ${TARGET_VOLATILITY} a day over the volatility predicted`,
      },
    ],
    graph: {
      name: 'signal',
      node: [
        node('Slice', ['prices', 'first', 'last', 'axis'], ['earlier']),
        node('Slice', ['prices', 'second', 'end', 'axis'], ['later']),
        node('Div', ['later', 'earlier'], ['growth']),
        node('Sub', ['growth', 'one'], ['returns']),
        ...graph.node,
        node('Div', ['target', 'volatility'], ['ratio_to_target']),
        node('Min', ['ratio_to_target', 'one'], ['share']),
      ],
      initializer: [
        ...graph.initializer,
        tensor('one', [], [1]),
        tensor('target', [], [TARGET_VOLATILITY]),
        index('first', 0),
        index('last', WINDOW),
        index('second', 1),
        index('end', WINDOW + 1),
        index('axis', 1),
      ],
      input: [value('prices', FLOAT, [1, WINDOW + 1])],
      output: [value('share', FLOAT, [1, 1])],
    },
  })
  return toBinary(ModelProtoSchema, model)
}

function index(name: string, at: number) {
  const rawData = new Uint8Array(8)
  new DataView(rawData.buffer).setBigInt64(0, BigInt(at), true)
  return { name, dataType: INT64, dims: [1n], rawData }
}
