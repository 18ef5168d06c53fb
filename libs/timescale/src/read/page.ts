/** Part of a list. */
export interface Page<T, Position> {
  readonly items: readonly T[];
  /** Where the next page goes on; undefined if this was the last one. */
  readonly next: Position | undefined;
}

/** Makes a page of `limit` items from rows of which one more than that was asked for. */
export function pageOf<T, Position>(
  rows: readonly T[],
  limit: number,
  positionOf: (item: T) => Position,
): Page<T, Position> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next: rows.length > limit && last !== undefined ? positionOf(last) : undefined };
}
