import { describeModel, readModel } from '@lockstep/precompile'
import { Command } from 'commander'
import { addSenderOptions, connect, type SenderOptions } from './connect.js'
import { readModelFile } from './modelFile.js'
import { print, printJson, progress } from './output.js'

const example = `
Example:
  $ npx lockstep deploy examples/volatility/model/volatility.onnx --name volatility-v1`

/** Since Osaka one transaction may use this much gas (EIP-7825). */
const transactionGasCap = 2n ** 24n

/** `lockstep deploy`: uploads a model to a node and registers it on its chain. */
export function deployCommand(): Command {
  return addSenderOptions(
    new Command('deploy')
      .description('upload a model and register it on the chain')
      .argument('<model.onnx>', 'the model file')
      .option('--name <name>', 'point this name of the sender at the model'),
  )
    .option('--json', 'print one JSON object')
    .addHelpText('after', example)
    .action(deploy)
}

async function deploy(
  file: string,
  options: SenderOptions & { name?: string; json?: boolean },
): Promise<void> {
  const bytes = await readModelFile(file)
  const description = describeModel(readModel(bytes))
  const client = await connect(options)
  const result = await client.inference.deployModelSync({
    bytes,
    ...(options.name === undefined ? {} : { name: options.name }),
    onProgress: ({ sent, total }) => progress('Uploading', sent, total),
  })
  const block = await client.getBlock()
  const warnings = gasWarnings(
    description.gas === null ? undefined : BigInt(description.gas),
    block.gasLimit,
  )
  const gasUsed = result.receipt?.gasUsed ?? 0n
  if (options.json) {
    return printJson({
      id: result.id,
      name: options.name ?? null,
      owner: client.account.address,
      class: description.class,
      bytes: bytes.length,
      gasPerCall: description.gas,
      registrationGas: gasUsed,
      transactionHash: result.receipt?.transactionHash ?? null,
      warnings,
    })
  }
  print(`Model      ${result.id}`)
  if (options.name !== undefined) print(`Name       ${client.account.address}/${options.name}`)
  print(`Class      ${description.class}`)
  print(`Gas/call   ${description.gas ?? 'depends on the input shape: see lockstep quote'}`)
  print(
    result.receipt
      ? `Registered in ${result.receipt.transactionHash} (${gasUsed} gas)`
      : 'Already registered',
  )
  for (const warning of warnings) print(`Warning    ${warning}`)
}

/** What a caller of the model should know before writing a contract around it. */
function gasWarnings(gas: bigint | undefined, blockGasLimit: bigint): string[] {
  if (gas === undefined) return []
  if (gas > blockGasLimit)
    return [`One call costs ${gas} gas, more than a block's ${blockGasLimit}.`]
  if (gas > transactionGasCap) {
    return [
      `One call costs ${gas} gas; from Osaka a transaction is capped at ${transactionGasCap}.`,
    ]
  }
  return []
}
