/** What V8 writes with `--cpu-prof` (Chrome DevTools Protocol, Profiler.Profile). */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  /** Microseconds from the sample before. */
  readonly timeDeltas: readonly number[];
}

export interface SelfTime {
  /** `name file:line`. */
  readonly location: string;
  readonly share: number;
  readonly ms: number;
}

/** Functions by the time spent in themselves, longest first; shares are of the time that was not idle. */
export function topSelfTimes(profile: CpuProfile, count: number): SelfTime[] {
  const locations = new Map(profile.nodes.map((node) => [node.id, locate(node.callFrame)]));
  const totals = new Map<string, number>();
  let busyUs = 0;
  for (const [i, id] of profile.samples.entries()) {
    const location = locations.get(id) ?? '?';
    // A delta leads up to its own sample: the time after it, until the next, belongs to this one.
    const us = Math.max(0, profile.timeDeltas[i + 1] ?? 0);
    if (location === '(idle)') continue;
    busyUs += us;
    totals.set(location, (totals.get(location) ?? 0) + us);
  }
  return [...totals]
    .sort((a, b) => b[1] - a[1])
    .slice(0, count)
    .map(([location, us]) => ({ location, share: us / busyUs, ms: us / 1_000 }));
}

function locate({ functionName, url, lineNumber }: CpuProfile['nodes'][number]['callFrame']): string {
  const name = functionName === '' ? '(anonymous)' : functionName;
  if (url === '') return name;
  return `${name} ${url.replace(/^file:\/\//, '').replace(/^.*\/node_modules\//, '')}:${lineNumber + 1}`;
}
