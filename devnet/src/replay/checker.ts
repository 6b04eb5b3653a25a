import { NodeFaultError } from '@lockstep/precompile'
import { MissingForkedStateError } from '../node/fork/recordedState.js'
import { ImportError, InvalidBlockError, UnexecutableBlockError } from '../node/import/errors.js'
import type { Hex, Node, SealedBlock } from '../node/node.js'
import { MissingStateError } from '../node/ownState.js'
import { MissingAncestorError } from '../node/startingState.js'
import type { RecordedInference } from './bundles/lines.js'
import type { BlockPlace } from './bundles/manifest.js'
import type { Divergence } from './compare/divergence.js'
import { compareInferences, type TensorNames } from './compare/inferences.js'
import { compareReceipts } from './compare/receipts.js'

/** What is known of a block from where it was sealed. */
export interface KnownBlock {
  /** Undefined where they count only by what the header commits to. */
  readonly inferences?: readonly RecordedInference[]
  /** As they are hashed. */
  readonly receipts: readonly Hex[]
}

/** What came of a block: it is on the chain, or the first thing that differs. */
export type CheckedBlock =
  | { readonly sealed: SealedBlock; readonly divergence?: undefined }
  | { readonly divergence: Divergence }

/** Puts blocks from elsewhere on a chain, after comparing everything that executing them gives. */
export class BlockChecker {
  private readonly names = new Map<Hex, TensorNames>()

  constructor(private readonly node: Node) {}

  /**
   * @param block the place that the RLP says it has.
   * @throws NodeFaultError
   */
  async check(block: BlockPlace, rlp: Uint8Array, known: KnownBlock): Promise<CheckedBlock> {
    try {
      const { sealed, differences, tensors } = await this.node.importBlock(rlp)
      const made = { inferences: sealed.inferences, tensors }
      const inference =
        known.inferences &&
        (await compareInferences(known.inferences, made, (id) => this.namesOf(id)))
      const found = inference ?? compareReceipts(known.receipts, sealed)
      if (found) return { divergence: { block, ...found } }
      const [first] = differences
      if (!first) return { sealed }
      const { field, header, executed } = first
      return { divergence: { block, what: field, recorded: header, executed } }
    } catch (error) {
      return { divergence: await this.refusal(error, block, known) }
    }
  }

  /** A block that cannot be executed at all differs somewhere before, or is damaged itself. */
  private async refusal(error: unknown, block: BlockPlace, known: KnownBlock): Promise<Divergence> {
    const cause = error instanceof ImportError ? error.cause : undefined
    if (!(cause instanceof InvalidBlockError)) throw error
    if (cause instanceof UnexecutableBlockError && known.inferences) {
      const { inferences } = cause.before
      const made = known.inferences.slice(0, inferences.length)
      const found = await compareInferences(made, cause.before, (id) => this.namesOf(id))
      if (found) return { block, ...found }
    }
    // What this node lacks says nothing of the block.
    if (isLack(cause.cause)) throw error
    return { block, what: 'block', recorded: 'sealed', executed: `refused: ${cause.shortMessage}` }
  }

  private async namesOf(id: Hex): Promise<TensorNames> {
    const known = this.names.get(id)
    if (known) return known
    const model = await this.node.precompile.model(id)
    if (!model) {
      throw new NodeFaultError(`The model ${id}, which an inference runs, is not here.`, {
        remedy: 'Copy the models folder of the bundle again from where it was made.',
      })
    }
    const nameOf = ({ name }: { readonly name: string }) => name
    const names = { inputs: model.inputs.map(nameOf), outputs: model.outputs.map(nameOf) }
    this.names.set(id, names)
    return names
  }
}

function isLack(cause: unknown): boolean {
  return (
    cause instanceof MissingStateError ||
    cause instanceof MissingAncestorError ||
    cause instanceof MissingForkedStateError
  )
}
