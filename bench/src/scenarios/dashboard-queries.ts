import { join } from 'node:path';
import { openDashboard, projectRoot, type HistorySize } from '@fieldstream/testing';
import type pg from 'pg';
import { readDashboards } from '../../../dashboards/src/read-dashboards.js';
import type { Figure } from '../figure.js';
import { openHistory } from '../history-database.js';
import { formatNumber } from '../report.js';
import type { Scenario } from '../scenario.js';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const RANGES = [
  ['15 minutes', 15 * MINUTE_MS],
  ['24 hours', DAY_MS],
  ['30 days', 30 * DAY_MS],
  ['1 year', 365 * DAY_MS],
] as const;
const TARGET_MS = 100;
const RUNS = 5;

/** 200 devices with five metrics: 100 million raw readings of the last 30 days (one million if quick), hours before them. */
const sizeOf = (quick: boolean): HistorySize => ({
  devices: 200,
  metrics: ['temperature', 'humidity', 'power', 'voltage', 'co2'],
  stretches: [
    { fromDays: 365, toDays: 30, everySeconds: quick ? 86_400 : 3_600, raw: false },
    { fromDays: 30, toDays: 0, everySeconds: quick ? 2_592 : 25.92, raw: true },
  ],
  statisticsStep: 1,
  alertsPerDevice: 50,
});

/** Every panel of every dashboard, as the role of dashboards, one after the other on a database that does nothing else. */
export const dashboardQueries: Scenario = {
  name: 'dashboard-queries',
  title: 'dashboard queries',

  async run(context) {
    const { quick, engines } = context;
    const progress = (line: string): void => context.progress(line);
    const name = `fieldstream_bench_history${quick ? '_quick' : ''}`;
    const { pool, nowMs, readings } = await openHistory(engines.databaseUrl, name, sizeOf(quick), progress);
    try {
      const figures: Figure[] = [];
      for (const [range, spanMs] of RANGES) {
        progress(range);
        for (const [file, dashboard] of readDashboards(join(projectRoot(), 'dashboards', 'json'))) {
          const queries = await asReader(pool, (client) =>
            openDashboard(client, dashboard, nowMs - spanMs, nowMs),
          );
          for (const { where, sql } of queries) {
            const timed = await asReader(pool, (client) => time(client, sql));
            figures.push({
              name: `${range}, ${file}, ${where}`,
              value: timed.p95Ms,
              unit: 'ms',
              better: 'lower',
              target: TARGET_MS,
              detail: `p50 ${formatNumber(timed.p50Ms)} ms, ${timed.rows} rows, ${formatNumber(readings)} raw readings`,
            });
          }
        }
      }
      return figures;
    } finally {
      await pool.end();
    }
  },
};

async function asReader<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    // What a log-in as that role would set, for this transaction.
    await client.query(
      `SELECT set_config(split_part(setting, '=', 1), substr(setting, strpos(setting, '=') + 1), true)
       FROM pg_roles, unnest(rolconfig) setting WHERE rolname = 'grafana_reader'`,
    );
    await client.query('SET LOCAL ROLE grafana_reader');
    return await work(client);
  } finally {
    await client.query('ROLLBACK');
    client.release();
  }
}

/** After one run that does not count. */
async function time(
  client: pg.PoolClient,
  sql: string,
): Promise<{ readonly p50Ms: number; readonly p95Ms: number; readonly rows: number }> {
  const { rowCount } = await client.query(sql);
  const tookMs: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const startMs = performance.now();
    await client.query(sql);
    tookMs.push(performance.now() - startMs);
  }
  tookMs.sort((a, b) => a - b);
  const quantile = (q: number): number => tookMs[Math.ceil(q * tookMs.length) - 1] ?? 0;
  return { p50Ms: quantile(0.5), p95Ms: quantile(0.95), rows: rowCount ?? 0 };
}
