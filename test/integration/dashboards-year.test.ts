import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type pg from 'pg';
import { openDashboard, projectRoot, seedHistory } from '@fieldstream/testing';
import { migrate } from '@fieldstream/timescale';
import { readDashboards } from '../../dashboards/src/read-dashboards.js';
import { FLAVOURS, silent, type FlavourDatabase } from './timescale-flavours.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const RANGES = [
  ['15 minutes', 15 * MINUTE_MS],
  ['24 hours', DAY_MS],
  ['30 days', 30 * DAY_MS],
  ['1 year', 365 * DAY_MS],
] as const;
type Range = (typeof RANGES)[number][0];

/** Coarse, so that it takes seconds; the newest hour is as dense as a real one. */
const YEAR = {
  devices: 200,
  metrics: ['temperature', 'humidity'],
  stretches: [
    { fromDays: 365, toDays: 30, everySeconds: 86_400, raw: false },
    { fromDays: 30, toDays: 1, everySeconds: 21_600, raw: true },
    { fromDays: 1, toDays: 1 / 24, everySeconds: 1_800, raw: true },
    { fromDays: 1 / 24, toDays: 0, everySeconds: 60, raw: true },
  ],
  statisticsStep: 60,
  alertsPerDevice: 10,
} as const;

/** Queries without rows, and why that is right. */
const WITHOUT_ROWS: readonly {
  readonly where: RegExp;
  readonly ranges: readonly Range[];
  readonly why: string;
}[] = [
  {
    where: /^quality\.json, panel 9 /,
    ranges: ['15 minutes', '24 hours', '30 days', '1 year'],
    why: 'lists silent devices, and all devices of the seed report every minute',
  },
  {
    where: /^device-detail\.json, annotation /,
    ranges: ['15 minutes', '24 hours'],
    why: 'marks the alerts of the chosen device, and the seed gives each a few in a year',
  },
  {
    where: /^device-detail\.json, panel 8 /,
    ranges: ['15 minutes', '24 hours'],
    why: 'lists the alerts of the chosen device, as above',
  },
];

type Resolution = 'reading' | 'reading_1m' | 'reading_1h' | 'reading_1d';

/** Functions that read a whole time range, and the resolution that they choose for 200 devices, or for one. */
const EXPECTED: Readonly<Record<string, Readonly<Record<Range, Resolution>>>> = {
  readings: {
    '15 minutes': 'reading',
    '24 hours': 'reading_1m',
    '30 days': 'reading_1h',
    '1 year': 'reading_1d',
  },
  statistics: {
    '15 minutes': 'reading_1m',
    '24 hours': 'reading_1h',
    '30 days': 'reading_1d',
    '1 year': 'reading_1d',
  },
  compare: {
    '15 minutes': 'reading',
    '24 hours': 'reading_1m',
    '30 days': 'reading_1h',
    '1 year': 'reading_1d',
  },
  spread: {
    '15 minutes': 'reading_1m',
    '24 hours': 'reading_1h',
    '30 days': 'reading_1d',
    '1 year': 'reading_1d',
  },
};

const dashboards = readDashboards(join(projectRoot(), 'dashboards', 'json'));

describe.each(FLAVOURS)('a year of 200 devices on the $name edition', (flavour) => {
  let database: FlavourDatabase;
  let nowMs: number;

  beforeAll(async () => {
    database = await flavour.open();
    await migrate(database.pool, silent);
    nowMs = await seedHistory(database.pool, YEAR);
    // What the seed does not have: a metric that came as a number and as a text.
    await database.pool.query(
      'UPDATE series SET drifted_at = to_timestamp($1) WHERE series_id = (SELECT min(series_id) FROM series)',
      [nowMs / 1000 - 60],
    );
  }, 240_000);
  afterAll(() => database.close(), 120_000);

  /** With the rights of grafana_reader, in a transaction of its own. */
  async function asReader<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await database.pool.connect();
    try {
      await client.query('BEGIN READ ONLY');
      await client.query('SET LOCAL ROLE grafana_reader');
      await client.query('SET LOCAL search_path = dashboard, public');
      return await work(client);
    } finally {
      await client.query('ROLLBACK');
      client.release();
    }
  }

  test.each(RANGES)(
    'every query has rows over %s, and reads the resolution that it should',
    async (range, spanMs) => {
      const faults: string[] = [];
      for (const [file, dashboard] of dashboards) {
        const opened = await asReader((client) => openDashboard(client, dashboard, nowMs - spanMs, nowMs));
        for (const { where, rawSql, sql } of opened) {
          const place = `${file}, ${where}`;
          const { count, read } = await asReader(async (client) => {
            const before = await scans(client);
            const { rows } = await client.query(sql).catch((error: Error) => {
              throw new Error(`${place}: ${error.message}\n${sql}`, { cause: error });
            });
            return { count: rows.length, read: newScans(before, await scans(client)) };
          });
          const excepted = WITHOUT_ROWS.some((each) => each.where.test(place) && each.ranges.includes(range));
          if (count === 0 && !excepted) faults.push(`${place}: no rows`);
          for (const fault of faultsOf(range, spanMs, rawSql, read)) faults.push(`${place}: ${fault}`);
        }
      }
      expect(faults).toEqual([]);
    },
    120_000,
  );

  /** Chunks that this session has scanned so far, and how often: what the plans of a query, inner ones included, came to. */
  async function scans(client: pg.PoolClient): Promise<Map<string, Scan>> {
    const { rows } = await client.query<Scan & { chunk: string }>(
      `SELECT c.chunk_name AS chunk, coalesce(a.view_name, c.hypertable_name) AS relation,
              (extract(epoch FROM c.range_end) * 1000)::float8 AS "endMs",
              (s.seq_scan + coalesce(s.idx_scan, 0))::int AS count
       FROM pg_stat_xact_all_tables s
       JOIN timescaledb_information.chunks c ON c.chunk_schema = s.schemaname AND c.chunk_name = s.relname
       LEFT JOIN timescaledb_information.continuous_aggregates a ON a.materialization_hypertable_name = c.hypertable_name
       WHERE s.seq_scan + coalesce(s.idx_scan, 0) > 0`,
    );
    return new Map(rows.map((row) => [row.chunk, row]));
  }

  function newScans(before: ReadonlyMap<string, Scan>, after: ReadonlyMap<string, Scan>): Scan[] {
    return [...after]
      .filter(([chunk, { count }]) => count > (before.get(chunk)?.count ?? 0))
      .map(([, scan]) => scan);
  }

  function* faultsOf(range: Range, spanMs: number, rawSql: string, read: readonly Scan[]): Iterable<string> {
    // Hours and days are views over the minutes where the edition has no continuous aggregates.
    const stored = (resolution: Resolution): string =>
      flavour.name === 'apache' && resolution !== 'reading' ? 'reading_1m' : resolution;
    const relations = new Set(read.map(({ relation }) => relation));
    for (const [name, resolutions] of Object.entries(EXPECTED)) {
      const wanted = stored(resolutions[range]);
      if (rawSql.includes(`dashboard.${name}(`) && !relations.has(wanted))
        yield `reads ${[...relations].join(', ')} instead of ${wanted}`;
    }
    if (relations.has('reading') && spanMs > 6 * HOUR_MS) yield 'reads raw readings over a long range';
    // A bucket may begin before the range, by a day at most; the newest of a series is looked for wherever it may be.
    for (const { relation, endMs } of read) {
      const isRange = Object.keys(EXPECTED).some((name) => rawSql.includes(`dashboard.${name}(`));
      if (isRange && relation !== 'reading_text' && endMs < nowMs - spanMs - DAY_MS)
        yield `reads a chunk of ${relation} that ended before the range`;
    }
  }
});

interface Scan {
  readonly relation: string;
  /** End of the chunk, epoch milliseconds. */
  readonly endMs: number;
  readonly count: number;
}
