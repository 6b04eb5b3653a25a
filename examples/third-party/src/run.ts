import { connect } from '@lockstep/example-volatility/client'
import { onDevnet } from '@lockstep/example-volatility/onDevnet'
import { anyEmbeddings, listen, type Runner, recognise } from './cases.js'
import { readThirdParty } from './models.js'
import { deployProbe, type Run, runModel, toFloat32Array } from './probe.js'
import { noise, synthesiseSpeech } from './sound.js'

await onDevnet(run)

async function run(rpcUrl: string): Promise<void> {
  const client = await connect(rpcUrl)
  const probe = await deployProbe(client)
  const runner = async (name: 'speech' | 'text' | 'wakeWord'): Promise<Runner> => {
    const bytes = await readThirdParty(name)
    const { id } = await client.inference.deployModelSync({ bytes })
    return (inputs) => runModel(client, probe, id, inputs)
  }

  const speech = await runner('speech')
  const spoken = await listen(speech, synthesiseSpeech())
  const hiss = await listen(speech, noise(8 * 512))
  print('silero VAD v5', `voice ${peak(spoken)}, noise ${peak(hiss)}`, spoken.runs.at(-1))

  const read = await recognise(await runner('text'))
  print('PP-OCRv4 recogniser', `read "${read.text}"`, read.run)

  const wake = await (await runner('wakeWord'))([anyEmbeddings()])
  const score = wake.outputs[0] && toFloat32Array(wake.outputs[0])[0]
  print('wake word', `score ${score?.toFixed(4)}`, wake)
}

function peak({ probabilities }: { probabilities: readonly number[] }): string {
  return Math.max(...probabilities).toFixed(2)
}

function print(model: string, answer: string, run: Run | undefined): void {
  const gas = `${run?.gasUsed.toLocaleString('en')} gas`
  console.log(`${model.padEnd(20)} ${answer.padEnd(36)} ${gas.padStart(15)}  ${run?.hash}`)
}
