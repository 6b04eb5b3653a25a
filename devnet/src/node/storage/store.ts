/** A row under its key. */
export type Row = readonly [key: string, value: Uint8Array]

/** Where a chain keeps its blocks and states: rows under keys of lower-case hex, as `keys.ts` makes them. */
export interface Store {
  /** @throws CorruptStoreError */
  get(key: string): Uint8Array | undefined
  /**
   * Writes every row, or none. When this resolves, the rows are as durable as the store is. One call at a time.
   * @throws StorageError
   */
  write(rows: readonly Row[]): Promise<void>
  close(): Promise<void>
}
