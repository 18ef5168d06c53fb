import type { Schema } from '../../client/api.js';

/** State of the pipeline at one moment, as the API answers it. */
export interface Snapshot {
  /** Epoch milliseconds at which it was asked for. */
  readonly atMs: number;
  readonly pipeline: Schema<'Pipeline'>;
}

/** A counter over all sources of a stage. */
export interface Count {
  readonly total: number;
  /** Per second over the snapshots that are known; null with only one. */
  readonly perSecond: number | null;
}

/** What passed through the pipeline, and where the rest of it went. */
export interface Flow {
  readonly bridge: Counts<
    'received' | 'produced' | 'presence' | 'deadLettered' | 'shed' | 'refused' | 'inFlight'
  >;
  readonly aggregator: Counts<
    'records' | 'readings' | 'stored' | 'duplicates' | 'coalesced' | 'deadLettered' | 'lost'
  >;
  readonly alerter: Counts<'records' | 'readings' | 'deadLettered' | 'lost'>;
  /** Records that a stage has still to read; null while Kafka cannot be asked. */
  readonly lag: { readonly aggregator: number | null; readonly alerter: number | null };
}

type Counts<Name extends string> = Readonly<Record<Name, Count>>;
type Source = Schema<'Pipeline'>['sources'][number];

/**
 * The flow between the first of the snapshots and the last. A source that is new, or whose counter went back, counts from
 * nought: it was restarted in between.
 */
export function flowOf(snapshots: readonly [Snapshot, ...Snapshot[]]): Flow {
  const first = snapshots[0];
  const last = snapshots.at(-1) ?? first;
  const seconds = (last.atMs - first.atMs) / 1_000;
  const before = new Map(first.pipeline.sources.map((source) => [keyOf(source), source.counters]));

  const counts = <Name extends string>(
    isOf: (source: Source) => boolean,
    names: readonly Name[],
  ): Counts<Name> => {
    const sources = last.pipeline.sources.filter(isOf);
    const count = (name: string): Count => {
      let total = 0;
      let gained = 0;
      for (const source of sources) {
        const now = source.counters[name] ?? 0;
        const then = before.get(keyOf(source))?.[name] ?? 0;
        total += now;
        gained += then <= now ? now - then : now;
      }
      return { total, perSecond: seconds > 0 ? gained / seconds : null };
    };
    return Object.fromEntries(names.map((name) => [name, count(name)])) as Counts<Name>;
  };

  const isBridge = (source: Source): boolean => source.stage === 'bridge';
  const readings = (consumer: string) => (source: Source) =>
    source.stage.endsWith(consumer) && source.source.startsWith('telemetry.readings/');
  const lagOf = (consumer: string): number | null =>
    totalLag(last.pipeline.partitions.filter((one) => one.consumer.endsWith(consumer)));
  return {
    bridge: counts(isBridge, [
      'received',
      'produced',
      'presence',
      'deadLettered',
      'shed',
      'refused',
      'inFlight',
    ]),
    aggregator: counts(readings('aggregator'), [
      'records',
      'readings',
      'stored',
      'duplicates',
      'coalesced',
      'deadLettered',
      'lost',
    ]),
    alerter: counts(readings('alerter'), ['records', 'readings', 'deadLettered', 'lost']),
    lag: { aggregator: lagOf('aggregator'), alerter: lagOf('alerter') },
  };
}

const keyOf = ({ stage, source }: Source): string => `${stage}\0${source}`;

/** An identity of the ledger that does not hold, in words. */
export function faultsOf(pipeline: Schema<'Pipeline'>): string[] {
  return pipeline.sources.flatMap(({ stage, source, balances }) =>
    balances
      .filter(({ holds }) => !holds)
      .map(
        ({ identity, left, right }) =>
          `${stage} ${source}: ${identity}, but ${left} is not ${right} (${Math.abs(left - right)} ${left > right ? 'missing' : 'too many'})`,
      ),
  );
}

/** Lag of one consumer in one topic. */
export interface TopicLag {
  readonly consumer: string;
  readonly topic: string;
  readonly total: number | null;
  readonly partitions: readonly { readonly partition: number; readonly lag: number | null }[];
}

/** The lags by consumer and topic, in the order in which they come. */
export function lagsByTopic({ partitions }: Schema<'Pipeline'>): TopicLag[] {
  const groups = groupBy(partitions, ({ consumer, topic }) => `${consumer}\0${topic}`);
  return [...groups.values()].flatMap((group) => {
    const [head] = group;
    if (head === undefined) return [];
    return [
      {
        consumer: head.consumer,
        topic: head.topic,
        total: totalLag(group),
        partitions: group.map(({ partition, lag }) => ({ partition, lag })),
      },
    ];
  });
}

/** Unknown as soon as that of one partition is. */
function totalLag(partitions: readonly { readonly lag: number | null }[]): number | null {
  return partitions.reduce<number | null>(
    (sum, { lag }) => (sum === null || lag === null ? null : sum + lag),
    0,
  );
}

function groupBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group === undefined) groups.set(key(item), [item]);
    else group.push(item);
  }
  return groups;
}

const WHOLE = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const SHORT = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

/** `12,345`; `1.2M` beyond a million. */
export function formatCount(count: number | null): string {
  if (count === null) return 'unknown';
  return Math.abs(count) >= 1_000_000 ? SHORT.format(count) : WHOLE.format(count);
}

/** `3.4/s`. */
export function formatRate(perSecond: number | null): string {
  if (perSecond === null) return '…';
  return `${perSecond >= 100 ? formatCount(perSecond) : perSecond.toFixed(1)}/s`;
}
