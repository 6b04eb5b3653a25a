import { engineNames } from '@lockstep/precompile'
import { Command, Option } from 'commander'
import { parseEther } from 'viem'
import { defaultDerivationPath, defaultMnemonic } from '../node/accounts.js'
import { defaultIpcPath } from '../rpc/ipcPath.js'
import { addAnvilFlags } from './anvilFlags.js'
import { ether, integer, list, oneOf, quantity, seconds, uint64 } from './flag.js'
import { addForkOptions } from './forkFlags.js'
import { addRemoteOptions } from './remoteFlags.js'
import type { DevnetFlags, Prepare } from './runDevnet.js'
import { addStateOptions } from './stateFlags.js'

const example = `
Example:
  $ npx lockstep --port 8545 --models examples/volatility/model`

/** `lockstep devnet`, the default command: Anvil's flags for what exists here, and Lockstep's own. */
export function devnetCommand(prepare?: Prepare): Command {
  const command = new Command('devnet')
    .description('run a local chain with inline inference (the default command)')
    .option('-p, --port <port>', 'port to listen on; 0 takes a free one', integer(0, 65_535), 8545)
    .addOption(
      new Option('--host <ip>', 'addresses to listen on, with commas between')
        .argParser(list)
        .default(['127.0.0.1'], '127.0.0.1')
        .env('ANVIL_IP_ADDR'),
    )
    .option('--ipc [path]', `serve a local socket too (${defaultIpcPath})`)
    .addOption(new Option('--ipcpath [path]', 'the same').hideHelp())
    .option('-a, --accounts <n>', 'dev accounts to generate', integer(1, 1000), 10)
    .addOption(
      new Option('--balance <ether>', 'balance of every dev account')
        .argParser(ether)
        .default(parseEther('10000'), '10000'),
    )
    .option('-m, --mnemonic <phrase>', `BIP-39 phrase of the dev accounts (${defaultMnemonic})`)
    .addOption(
      new Option(
        '--mnemonic-random [words]',
        'make a new phrase, of 12 words unless told otherwise',
      )
        .argParser(oneOf(12, 15, 18, 21, 24))
        .preset('12')
        .conflicts(['mnemonic', 'mnemonicSeedUnsafe']),
    )
    .addOption(
      new Option('--mnemonic-seed-unsafe <seed>', 'make the phrase of a number; for tests alone')
        .argParser(uint64)
        .conflicts('mnemonic'),
    )
    .option(
      '--derivation-path <path>',
      "path of the dev accounts' parent key",
      defaultDerivationPath,
    )
    .option(
      '--chain-id <id>',
      'chain id (31337, or that of the forked chain or of --init)',
      integer(1, Number.MAX_SAFE_INTEGER),
    )
    .option('--hardfork <name>', 'rules to run (default: prague)')
    .addOption(
      new Option(
        '--init <genesis.json>',
        'start from this genesis, as other clients write it: its accounts, rules and first block',
      ).conflicts(['forkUrl', 'number', 'timestamp', 'blockBaseFeePerGas', 'gasLimit']),
    )
    .option('--import <chain.rlp>', 'append these blocks before serving, after executing them')
    .addOption(
      new Option('-b, --block-time <seconds>', 'seal a block at this interval')
        .argParser(seconds)
        .conflicts('mining'),
    )
    .option('--no-mine, --no-mining', 'seal blocks only on request')
    .addOption(
      new Option('--blockTime <seconds>', 'the same as --block-time')
        .argParser(seconds)
        .conflicts('mining')
        .hideHelp(),
    )
    .option('--max-transactions <n>', 'most transactions of a block', integer(1, 1_000_000))
    .option(
      '--slots-in-an-epoch <n>',
      'blocks behind the head that are safe; twice as many are final',
      integer(0, 1_000_000),
      32,
    )
    .option('--mixed-mining', 'with --block-time: seal on a transaction too')
    .addOption(
      new Option('--order <order>', 'order of transactions in a block')
        .choices(['fees', 'fifo', 'ready'])
        .default('fees'),
    )
    .option(
      '--no-pre-execution',
      'execute no transaction before its block, so that models wait for it',
    )
    .addOption(
      new Option(
        '--gas-limit <gas>',
        'gas limit of a block (30000000, or that of the forked block)',
      ).argParser(quantity),
    )
    .option('--base-fee, --block-base-fee-per-gas <wei>', 'base fee of the first block', quantity)
    .addOption(
      new Option('--code-size-limit <bytes>', 'size that a contract may have (EIP-170: 24576)')
        .argParser(integer(1, 1_000_000_000))
        .conflicts('disableCodeSizeLimit'),
    )
    .option('--disable-code-size-limit', 'let contracts have any size')
    .addOption(
      new Option('--disable-block-gas-limit', 'let blocks hold any amount of gas').conflicts(
        'gasLimit',
      ),
    )
    .option('--disable-pool-balance-checks', 'take transactions that their sender cannot pay yet')
    .option('--timestamp <seconds>', 'timestamp of genesis', quantity)
    .option('--number <block>', 'number of the genesis block', quantity)
    .option('--no-priority-fee, --disable-min-priority-fee', 'suggest no tip')
    .option('--no-create2, --disable-default-create2-deployer', 'leave the CREATE2 deployer out')
    .option('--no-console-log, --disable-console-log', 'print no console.log of contracts')
    .option('--auto-unlock, --auto-impersonate', 'send from any address without its key')
    .option('--allow-origin <origin>', 'CORS origin to allow', '*')
    .option('--no-cors', 'send no CORS headers')
    .option('--no-request-size-limit', 'accept bodies of any size')
    .option('--data-dir <dir>', 'keep the chain in this folder, and go on with what it holds')
    .option('--models <dir>', 'register every .onnx file of this folder in genesis')
    .addOption(
      new Option(
        '--engine <engine>',
        'what runs exact models; auto (default) takes the fastest that is right',
      ).choices(['auto', ...engineNames]),
    )
    .option('--no-model-upload', 'refuse lockstep_putModel')
    .option('--allow-model-upload', 'accept lockstep_putModel from other hosts and origins too')
    .option('--config-out <file>', 'write accounts and keys to this file as JSON')
    .option('--enable-trace-printing, --print-traces', 'print the calls of every transaction')
    .option('-q, --quiet', 'print nothing but errors')
    .addOption(new Option('--silent', 'the same').hideHelp())
    .addHelpText('after', example)
  return addAnvilFlags(addStateOptions(addForkOptions(addRemoteOptions(command)))).action(
    async (flags: DevnetFlags) => {
      // The other commands need no chain: they start faster without loading one.
      const { runDevnet } = await import('./runDevnet.js')
      await runDevnet(flags, prepare)
    },
  )
}
