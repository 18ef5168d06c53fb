/** Sentences about variables that are not ours but are one or two letters away from one of ours that is unset. */
export function nearMisses(
  env: Readonly<Record<string, string | undefined>>,
  known: readonly string[],
): string[] {
  const names = new Set(known);
  const unset = known.filter((name) => env[name] === undefined && name.length >= 8);
  return Object.keys(env).flatMap((name) => {
    if (names.has(name) || env[name] === undefined) return [];
    const meant = unset.find((candidate) => distance(name, candidate, 2) <= 2);
    return meant === undefined ? [] : [`${name} is not a variable of ours: did you mean ${meant}?`];
  });
}

/** Levenshtein distance; gives up with a number above `limit` where the lengths alone exceed it. */
function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min((previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1, substitution));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
