import type { Hex, Node, SealedBlock } from '../node/node.js'
import { ErrorCode, RpcError } from './errors.js'
import type { RpcLog } from './format/log.js'
import { type LogCriteria, type LogQuery, matchingLogs } from './logQuery.js'

/** A filter nobody polls for this long is forgotten. */
const idleMs = 5 * 60_000
/** A client that never polls may not fill the memory. */
const maxFilters = 10_000
const maxBuffered = 100_000

interface Filter {
  readonly kind: 'logs' | 'blocks' | 'transactions'
  readonly query?: LogQuery
  readonly changes: (Hex | RpcLog)[]
  polledAt: number
}

/** Thrown for a filter that does not exist, or no longer does. */
export class FilterNotFoundError extends RpcError {
  override readonly name = 'FilterNotFoundError'

  constructor() {
    super(ErrorCode.server, 'filter not found')
  }
}

/** Collects, for each installed filter, what happened since its client last asked. */
export class FilterStore {
  private readonly filters = new Map<Hex, Filter>()
  private readonly unsubscribe: readonly (() => void)[]
  private lastId = 0n

  constructor(
    node: Node,
    private readonly now: () => number = Date.now,
  ) {
    this.unsubscribe = [
      node.on('block', (sealed) => this.onBlock(sealed)),
      node.on('removed', (blocks) => this.onRemoved(blocks)),
      node.on('pendingTransaction', ({ hash }) => this.push('transactions', () => [hash])),
    ]
  }

  install(kind: Filter['kind'], query?: LogQuery): Hex {
    this.expire()
    if (this.filters.size >= maxFilters) {
      throw new RpcError(
        ErrorCode.server,
        `too many filters: ${maxFilters} are installed; uninstall some with eth_uninstallFilter`,
      )
    }
    this.lastId += 1n
    const id: Hex = `0x${this.lastId.toString(16)}`
    this.filters.set(id, { kind, changes: [], polledAt: this.now(), ...(query && { query }) })
    return id
  }

  uninstall(id: Hex): boolean {
    return this.filters.delete(id)
  }

  /** Takes what the filter has gathered since the last call. @throws FilterNotFoundError */
  takeChanges(id: Hex): readonly (Hex | RpcLog)[] {
    return this.poll(id).changes.splice(0)
  }

  /** @throws FilterNotFoundError when there is no log filter of that id. */
  query(id: Hex): LogQuery {
    const { query } = this.poll(id)
    if (!query) throw new FilterNotFoundError()
    return query
  }

  close(): void {
    for (const stop of this.unsubscribe) stop()
    this.filters.clear()
  }

  private poll(id: Hex): Filter {
    this.expire()
    const filter = this.filters.get(id)
    if (!filter) throw new FilterNotFoundError()
    filter.polledAt = this.now()
    return filter
  }

  private onBlock(sealed: SealedBlock): void {
    this.push('blocks', () => [sealed.hash])
    this.push('logs', (criteria) => matchingLogs(sealed, criteria, false))
  }

  private onRemoved(blocks: readonly SealedBlock[]): void {
    for (const sealed of blocks) {
      this.push('logs', (criteria) => matchingLogs(sealed, criteria, true).reverse())
    }
  }

  private push(
    kind: Filter['kind'],
    changes: (criteria: LogCriteria) => readonly (Hex | RpcLog)[],
  ): void {
    this.expire()
    for (const [id, filter] of this.filters) {
      if (filter.kind !== kind) continue
      for (const change of changes(filter.query ?? { topics: [] })) filter.changes.push(change)
      if (filter.changes.length > maxBuffered) this.filters.delete(id)
    }
  }

  private expire(): void {
    const oldest = this.now() - idleMs
    for (const [id, filter] of this.filters) {
      if (filter.polledAt < oldest) this.filters.delete(id)
    }
  }
}
