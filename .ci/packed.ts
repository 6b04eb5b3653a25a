import { readFile } from 'node:fs/promises'
import { createDevnet } from '@lockstep/devnet'
import { fromWad, inferenceActions, toWad } from '@lockstep/sdk'
import { createWalletClient, http, publicActions } from 'viem'
import { mnemonicToAccount } from 'viem/accounts'

const devnet = await createDevnet({ port: 0 })
try {
  const client = createWalletClient({
    account: mnemonicToAccount('test test test test test test test test test test test junk'),
    transport: http(devnet.url),
  })
    .extend(publicActions)
    .extend(inferenceActions())
  const { id } = await client.inference.deployModelSync({
    bytes: await readFile('volatility.onnx'),
  })
  const model = await client.inference.getModel({ model: id })
  const length = model.inputs[0]?.shape.at(-1) ?? 0
  const returns = Array.from({ length }, (_, day) => toWad(day % 2 === 0 ? '0.012' : '-0.009'))
  const [volatility] = await client.inference.infer({ model: id, x: returns })
  if (volatility === undefined || volatility <= 0n)
    throw new Error(`No volatility came back: ${volatility}`)
  console.log(`Predicted volatility from the packed packages: ${fromWad(volatility)}`)
} finally {
  await devnet.close()
}
