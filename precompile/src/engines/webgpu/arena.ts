import type { Dispatch } from './planner.js'
import { sizeOf } from './planner.js'
import type { Storage } from './source.js'

/** Between which kernels a storage holds what somebody reads. */
interface Lifetime {
  readonly storage: Storage
  readonly from: number
  to: number
}

/**
 * Gives each storage its place, so that those which are not needed at the same time share one.
 * @param inputs - Needed from the start.
 * @param outputs - Needed after the last kernel.
 * @returns words that all of them take together.
 */
export function placeInArena(
  dispatches: readonly Dispatch[],
  inputs: readonly Storage[],
  outputs: readonly Storage[],
): number {
  const arena = new Arena()
  const ending = Array.from({ length: dispatches.length }, (): Storage[] => [])
  for (const { storage, to } of lifetimesOf(dispatches, inputs, outputs)) {
    if (to < dispatches.length) ending[Math.max(0, to)]?.push(storage)
  }
  for (const storage of inputs) arena.take(storage)
  dispatches.forEach(({ writes }, at) => {
    arena.take(writes)
    for (const storage of ending[at] ?? []) arena.give(storage)
  })
  return arena.words
}

function lifetimesOf(
  dispatches: readonly Dispatch[],
  inputs: readonly Storage[],
  outputs: readonly Storage[],
): Iterable<Lifetime> {
  const lifetimes = new Map<Storage, Lifetime>()
  for (const storage of inputs) lifetimes.set(storage, { storage, from: -1, to: -1 })
  dispatches.forEach(({ reads, writes }, at) => {
    lifetimes.set(writes, { storage: writes, from: at, to: at })
    for (const storage of reads) {
      const lifetime = lifetimes.get(storage)
      if (lifetime) lifetime.to = at
    }
  })
  for (const storage of outputs) {
    const lifetime = lifetimes.get(storage)
    if (lifetime) lifetime.to = Number.POSITIVE_INFINITY
  }
  return lifetimes.values()
}

interface Gap {
  offset: number
  words: number
}

/** Words from 0 on, of which runs are taken and given back. */
class Arena {
  words = 0
  /** By offset; no two touch. */
  readonly #gaps: Gap[] = []

  take(storage: Storage): void {
    const words = sizeOf(storage)
    let best: Gap | undefined
    for (const gap of this.#gaps) {
      if (gap.words >= words && (best === undefined || gap.words < best.words)) best = gap
    }
    if (!best) {
      storage.offset = this.#grow(words)
      return
    }
    storage.offset = best.offset
    best.offset += words
    best.words -= words
    if (best.words === 0) this.#gaps.splice(this.#gaps.indexOf(best), 1)
  }

  give(storage: Storage): void {
    const words = sizeOf(storage)
    if (words === 0) return
    const { offset } = storage
    let at = this.#gaps.findIndex((gap) => gap.offset > offset)
    if (at === -1) at = this.#gaps.length
    const [before, after] = [this.#gaps[at - 1], this.#gaps[at]]
    const joinsBefore = before !== undefined && before.offset + before.words === offset
    const joinsAfter = after !== undefined && offset + words === after.offset
    if (joinsBefore) {
      before.words += words + (joinsAfter ? after.words : 0)
      if (joinsAfter) this.#gaps.splice(at, 1)
    } else if (joinsAfter) {
      after.offset = offset
      after.words += words
    } else {
      this.#gaps.splice(at, 0, { offset, words })
    }
  }

  #grow(words: number): number {
    const last = this.#gaps.at(-1)
    const isAtEnd = last !== undefined && last.offset + last.words === this.words
    const offset = isAtEnd ? last.offset : this.words
    if (isAtEnd) this.#gaps.pop()
    this.words = offset + words
    return offset
  }
}
