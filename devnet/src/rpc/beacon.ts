import type { IncomingMessage } from 'node:http'
import { bytesToHex, concatBytes } from '@ethereumjs/util'
import type { BlockId, Hex, Node } from '../node/node.js'
import { namedBlobs } from '../node/transaction.js'
import { send } from './answer.js'
import { CodecError, hash } from './codec.js'
import { allowCrossOrigin } from './cors.js'
import type { HttpService } from './httpService.js'
import { blockId } from './params.js'

const base = '/eth/v1/beacon/'
const zeros = (bytes: number): Hex => `0x${'00'.repeat(bytes)}`

/** An answer that is no success. */
class BeaconError extends Error {
  override readonly name = 'BeaconError'

  constructor(
    readonly status: 400 | 404 | 405 | 410,
    message: string,
  ) {
    super(message)
  }
}

/** What of the Beacon API a node without a consensus layer can tell: the blobs of blocks, and when the chain began. */
export function createBeaconService(
  node: Node,
  onUnexpected: (error: unknown) => void,
): HttpService {
  return {
    takes: ({ method, url = '' }) => method !== 'OPTIONS' && url.startsWith(base),
    async serve(request, response, limits) {
      allowCrossOrigin(request, response, limits.allowOrigin)
      try {
        const answer = await answerTo(node, request)
        const isBytes = answer instanceof Uint8Array
        if (isBytes) response.setHeader('content-type', 'application/octet-stream')
        send(response, limits, 200, isBytes ? answer : JSON.stringify(answer))
      } catch (error) {
        const isForeseen = error instanceof BeaconError
        if (!isForeseen) onUnexpected(error)
        const code = isForeseen ? error.status : 500
        const message = isForeseen ? error.message : 'Internal server error'
        send(response, limits, code, JSON.stringify({ code, message }))
      }
    },
  }
}

async function answerTo(node: Node, request: IncomingMessage): Promise<unknown> {
  if (request.method !== 'GET') throw new BeaconError(405, 'The Beacon API takes GET.')
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost')
  const [name, id, ...rest] = pathname.slice(base.length).split('/')
  if (name === 'genesis' && id === undefined) return genesisOf(node)
  if (name === 'blob_sidecars') {
    const instead = `Use \`GET ${base}blobs/{block_id}\` instead.`
    throw new BeaconError(410, `This endpoint is deprecated. ${instead}`)
  }
  if (name !== 'blobs' || id === undefined || rest.length > 0) {
    throw new BeaconError(404, `Nothing is served at ${pathname}.`)
  }
  const blobs = await blobsOf(
    node,
    toBlockId(id),
    toHashes(searchParams.getAll('versioned_hashes')),
  )
  if (prefersBytes(request.headers.accept)) return concatBytes(...blobs)
  const data = blobs.map((blob) => bytesToHex(blob))
  return { execution_optimistic: false, finalized: false, data }
}

async function genesisOf(node: Node): Promise<unknown> {
  const genesis = await node.block('earliest')
  return {
    data: {
      genesis_time: String(genesis?.block.header.timestamp ?? 0n),
      genesis_validators_root: zeros(32),
      genesis_fork_version: zeros(4),
    },
  }
}

/** The blobs of a block in the order in which its transactions name them; those asked for where there are any. */
async function blobsOf(node: Node, id: BlockId, wanted: readonly Hex[]): Promise<Uint8Array[]> {
  const sealed = await node.block(id)
  if (!sealed) throw new BeaconError(404, 'Block not found')
  return sealed.transactions
    .flatMap(({ tx }) => namedBlobs(tx))
    .filter((name) => wanted.length === 0 || wanted.includes(name))
    .flatMap((name) => node.blob(name) ?? [])
}

/** `head` and `genesis` are the Beacon API's own words; decimal numbers are slots there, and here a block has each. */
function toBlockId(text: string): BlockId {
  if (text === 'head') return 'latest'
  if (text === 'genesis') return 'earliest'
  try {
    return blockId(/^\d{1,20}$/.test(text) ? `0x${BigInt(text).toString(16)}` : text)
  } catch (error) {
    if (!(error instanceof CodecError)) throw error
    throw new BeaconError(400, `Invalid block ID: ${text}`)
  }
}

/** Named one by one, or with commas between. */
function toHashes(values: readonly string[]): Hex[] {
  const names = values.flatMap((value) => value.split(',')).map((name) => name.trim())
  return names.filter(Boolean).map((name) => {
    try {
      return hash(name)
    } catch (error) {
      if (!(error instanceof CodecError)) throw error
      throw new BeaconError(400, `Invalid versioned hash: ${name}`)
    }
  })
}

/** Whether a client would rather have SSZ, which is the blobs one after the other, than JSON. */
function prefersBytes(accept = ''): boolean {
  const weightOf = (type: string) => {
    const range = accept.split(',').find((part) => part.trim().startsWith(type))
    return range === undefined ? 0 : Number(/;\s*q=([\d.]+)/.exec(range)?.[1] ?? 1)
  }
  return weightOf('application/octet-stream') > weightOf('application/json')
}
