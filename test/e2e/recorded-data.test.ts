import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { consumerTotals, projectRoot } from '@fieldstream/testing';
import { consumed, expectRollupEqualsRaw } from '../support/expectations.js';
import { startPipeline, type Pipeline } from '../support/pipeline.js';

jest.setTimeout(180_000);

const run = promisify(execFile);
const TOPIC = 'telemetry.readings';
const METRICS = ['pressure', 'temperature', 'wind'] as const;

interface Row {
  readonly timeMs: number;
  readonly values: Record<(typeof METRICS)[number], number>;
}

/** A year of hourly weather normals in Seattle: 8,759 rows, 26,277 readings; times without offset, taken as UTC. */
const FILE = join(projectRoot(), 'node_modules/vega-datasets/data/seattle-weather-hourly-normals.csv');

function rowsOf(file: string): Row[] {
  const [header, ...lines] = readFileSync(file, 'utf8').trim().split(/\r?\n/);
  const columns = (header ?? '').split(',');
  return lines.map((line) => {
    const cells = line.split(',');
    const cell = (name: string): string => cells[columns.indexOf(name)] ?? '';
    return {
      timeMs: Date.parse(`${cell('date')}Z`),
      values: {
        pressure: Number(cell('pressure')),
        temperature: Number(cell('temperature')),
        wind: Number(cell('wind')),
      },
    };
  });
}

describe('recorded data', () => {
  let pipeline: Pipeline;
  const rows = rowsOf(FILE);

  beforeAll(async () => {
    pipeline = await startPipeline('recorded', ['aggregator', 'bridge']);
  });

  afterAll(async () => {
    await pipeline?.close();
  });

  async function replay(): Promise<void> {
    await run(process.execPath, [
      join(projectRoot(), 'dist/apps/simulator/src/replay.js'),
      '--file',
      FILE,
      '--time-column',
      'date',
      '--zone-offset=+00:00',
      '--device',
      'seattle',
      '--speed',
      'max',
      '--url',
      pipeline.mqttUrl,
    ]);
    await consumed(pipeline, 'fieldstream-aggregator', TOPIC);
  }

  /** What a plain computation over the file gives for one metric and bucket width. */
  function plainRollup(metric: (typeof METRICS)[number], bucketMs: number): Map<number, object> {
    const buckets = new Map<number, { timeMs: number; value: number }[]>();
    for (const { timeMs, values } of rows) {
      const bucket = Math.floor(timeMs / bucketMs) * bucketMs;
      buckets.set(bucket, [...(buckets.get(bucket) ?? []), { timeMs, value: values[metric] }]);
    }
    return new Map(
      [...buckets].map(([bucket, readings]) => {
        const sorted = readings.toSorted((a, b) => a.timeMs - b.timeMs);
        const numbers = sorted.map((reading) => reading.value);
        return [
          bucket,
          {
            count: numbers.length,
            sum: numbers.reduce((total, value) => total + value, 0).toFixed(6),
            min: Math.min(...numbers),
            max: Math.max(...numbers),
            first: numbers[0],
            last: numbers.at(-1),
          },
        ];
      }),
    );
  }

  test('a year of hourly weather goes through at QoS 1 and is stored as a plain computation has it', async () => {
    await replay();
    const { rows: stored } = await pipeline.sql.query<{ metric: string; time: Date; value: number }>(
      'SELECT metric, time, value FROM reading JOIN series USING (series_id) ORDER BY metric, time',
    );
    const expected = METRICS.flatMap((metric) =>
      rows.map((row) => `${metric} ${row.timeMs} ${row.values[metric]}`),
    ).sort();
    expect(expected.length).toBeGreaterThanOrEqual(8_000);
    expect(stored.map((row) => `${row.metric} ${row.time.getTime()} ${row.value}`).sort()).toEqual(expected);

    for (const [relation, bucketMs] of [
      ['reading_1m', 60_000],
      ['reading_1h', 3_600_000],
      ['reading_1d', 86_400_000],
    ] as const) {
      for (const metric of METRICS) {
        const { rows: rollup } = await pipeline.sql.query<{ bucket: Date; sum: number }>(
          `SELECT bucket, count::int, sum, min, max, first, last FROM ${relation} JOIN series USING (series_id) WHERE metric = $1`,
          [metric],
        );
        const found = new Map(
          rollup.map(({ bucket, sum, ...rest }) => [bucket.getTime(), { ...rest, sum: sum.toFixed(6) }]),
        );
        expect(found).toEqual(plainRollup(metric, bucketMs));
      }
    }
    await expectRollupEqualsRaw(pipeline);

    const newest = rows.reduce((a, b) => (b.timeMs > a.timeMs ? b : a));
    const { rows: latest } = await pipeline.sql.query<{ metric: string; time: Date; value: number }>(
      `SELECT metric, time, value FROM latest WHERE device_id = 'seattle' ORDER BY metric`,
    );
    expect(latest).toEqual(
      METRICS.map((metric) => ({ metric, time: new Date(newest.timeMs), value: newest.values[metric] })),
    );
  });

  test('a second replay adds no row and counts every duplicate', async () => {
    const totals = () =>
      consumerTotals(pipeline.sql, `${pipeline.bed.topicPrefix}fieldstream-aggregator`, TOPIC);
    const before = await totals();
    await replay();
    const after = await totals();
    expect(before.stored).toBe(rows.length * METRICS.length);
    expect(after.stored).toBe(before.stored);
    expect(after.duplicates - before.duplicates).toBe(rows.length * METRICS.length);
    const { rows: counted } = await pipeline.sql.query<{ count: string }>('SELECT count(*) FROM reading');
    expect(Number(counted[0]?.count)).toBe(rows.length * METRICS.length);
  });
});
