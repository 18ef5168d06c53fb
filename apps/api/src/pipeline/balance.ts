import type { LedgerEntry } from '@fieldstream/timescale';

/** One identity of the ledger: what went in equals what became of it. */
export interface Balance {
  /** The identity in the names of the counters. */
  readonly identity: string;
  readonly left: number;
  readonly right: number;
  readonly holds: boolean;
}

type Counters = Readonly<Record<string, number>>;

/**
 * The identities that an entry of the ledger must fulfil at every moment: nothing is lost between what a stage took in
 * and what it accounts for.
 */
export function balancesOf(entry: Pick<LedgerEntry, 'counters' | 'position'>): Balance[] {
  const count = (name: string): number => entry.counters[name] ?? 0;
  if (entry.position === null) {
    const parts = ['produced', 'presence', 'dead_lettered', 'shed', 'refused', 'in_flight'];
    return [
      sum(
        'received = produced + presence + deadLettered + shed + refused + inFlight',
        entry.counters,
        'received',
        parts,
      ),
    ];
  }
  const { startOffset, nextOffset } = entry.position;
  const passed = nextOffset - startOffset;
  const accounted = count('records') + count('lost');
  const decoded = decodedOf(entry.counters);
  return [
    {
      identity: 'nextOffset - startOffset = records + lost',
      left: passed,
      right: accounted,
      holds: passed === accounted,
    },
    {
      identity: 'records = decoded + deadLettered',
      left: count('records'),
      right: decoded + count('dead_lettered'),
      // What is not dead-lettered was decoded; more dead letters than records cannot be.
      holds: decoded >= 0,
    },
    sum('readings = stored + duplicates + coalesced', entry.counters, 'readings', [
      'stored',
      'duplicates',
      'coalesced',
    ]),
  ];
}

/** Records of a consumer that were not dead-lettered. */
export function decodedOf(counters: Counters): number {
  return (counters['records'] ?? 0) - (counters['dead_lettered'] ?? 0);
}

function sum(identity: string, counters: Counters, whole: string, parts: readonly string[]): Balance {
  const left = counters[whole] ?? 0;
  const right = parts.reduce((total, name) => total + (counters[name] ?? 0), 0);
  return { identity, left, right, holds: left === right };
}
