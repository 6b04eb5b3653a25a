import type { Common } from '@ethereumjs/common'
import { bytesToUnprefixedHex } from '@ethereumjs/util'
import { OwnState } from './ownState.js'
import type { View } from './view.js'

/** Runs something on a view that holds no more of it afterwards. */
export type Lend = <T>(use: (view: View) => Promise<T>) => Promise<T>

/** Views that wait, and uses after which one is replaced: it keeps what it read. */
const mostIdle = 4
const mostUses = 1_000

interface Idle {
  readonly root: string
  readonly common: Common
  readonly view: View
  readonly uses: number
}

/**
 * Lends views to calls, one at a time each, and takes them back as they were. Making one costs more than most calls,
 * and one that was used has what it read at hand.
 */
export class LentViews {
  /** Oldest first. */
  private idle: Idle[] = []
  /** Changes with the chain that views are of. */
  private generation = 0

  constructor(private readonly open: (root: Uint8Array, common: Common) => Promise<View>) {}

  /** A view on the state with this root, for rules that are the very same object. */
  async lend<T>(root: Uint8Array, common: Common, use: (view: View) => Promise<T>): Promise<T> {
    const key = bytesToUnprefixedHex(root)
    const { generation } = this
    const { view, uses } = this.take(key, common) ?? {
      view: await this.open(root, common),
      uses: 0,
    }
    await view.state.checkpoint()
    const result = await use(view)
    // A view whose use failed may have checkpoints open; that of a fork asks its remote once more where it reverts.
    const isKept = view.state instanceof OwnState && uses < mostUses
    if (isKept && generation === this.generation) {
      await view.state.revert()
      this.idle.push({ root: key, common, view, uses: uses + 1 })
      if (this.idle.length > mostIdle) this.idle.shift()
    }
    return result
  }

  /** Forgets views of a chain that is gone. */
  clear(): void {
    this.idle = []
    this.generation++
  }

  private take(root: string, common: Common): Idle | undefined {
    const index = this.idle.findIndex((entry) => entry.root === root && entry.common === common)
    return index === -1 ? undefined : this.idle.splice(index, 1)[0]
  }
}

/** Lends a new view each time. */
export function lendNew(open: () => Promise<View>): Lend {
  return async (use) => {
    const view = await open()
    await view.state.checkpoint()
    return use(view)
  }
}
