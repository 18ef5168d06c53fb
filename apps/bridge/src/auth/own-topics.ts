/** An ID that is made of several levels is looked for among so many first levels. */
const MAX_COMPOSED_LEVELS = 8;

/** Whether everything that a filter (or the topic itself) matches is matched by another filter too. */
export function coversTopic(filter: readonly string[], narrower: readonly string[]): boolean {
  for (const [index, level] of filter.entries()) {
    // MQTT 3.1.1, 4.7.1.2: it matches the level above it as well.
    if (level === '#') return narrower.length >= index;
    const other = narrower[index];
    if (other === undefined || other === '#') return false;
    if (level !== '+' && level !== other) return false;
  }
  return narrower.length === filter.length;
}

/**
 * The device IDs that a topic may name: its levels, and the IDs that some families make of two or three levels, in their
 * order, joined with `:`.
 */
export function candidateIds(levels: readonly string[]): string[] {
  const candidates = [...levels];
  const first = levels.slice(0, MAX_COMPOSED_LEVELS);
  for (const [a, one] of first.entries()) {
    for (const [b, two] of first.slice(a + 1).entries()) {
      candidates.push(`${one}:${two}`);
      for (const three of first.slice(a + b + 2)) candidates.push(`${one}:${two}:${three}`);
    }
  }
  return candidates;
}
