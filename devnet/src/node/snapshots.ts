import { bigIntToHex } from '@ethereumjs/util'
import type { Hex } from './node.js'
import type { BlockSettings } from './settings.js'

/** Where the chain stood. */
export interface Snapshot {
  readonly height: bigint
  readonly stateRoot: Uint8Array
  readonly settings: Readonly<BlockSettings>
}

/** Snapshots by id, oldest first. */
export class Snapshots {
  private readonly taken = new Map<Hex, Snapshot>()
  private count = 0n

  add(snapshot: Snapshot): Hex {
    const id = bigIntToHex(this.count++)
    this.taken.set(id, snapshot)
    return id
  }

  get(id: Hex): Snapshot | undefined {
    return this.taken.get(id)
  }

  /** Forgets a snapshot and the ones after it. */
  spend(id: Hex): void {
    const ids = [...this.taken.keys()]
    for (const later of ids.slice(ids.indexOf(id))) this.taken.delete(later)
  }

  /** Forgets those taken at blocks that have left the chain. */
  dropAbove(height: bigint): void {
    for (const [id, snapshot] of this.taken) if (snapshot.height > height) this.taken.delete(id)
  }

  clear(): void {
    this.taken.clear()
  }
}
