import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { migrate } from '@fieldstream/timescale';
import { projectRoot } from '@fieldstream/testing';
import { readDashboards } from '../../dashboards/src/read-dashboards.js';
import { expandMacros } from '@fieldstream/grafana';
import { seedAlerts, SEEDED_ALERTS } from './dashboards-alert-seed.js';
import { placedQueries, variablesOf, type Chosen } from './dashboards-queries.js';
import { seedDashboards, SEEDED } from './dashboards-seed.js';
import { FLAVOURS, silent, type FlavourDatabase } from './timescale-flavours.js';

const MINUTE_MS = 60_000;
const QUARTER_MS = 15 * MINUTE_MS;
const YEAR_MS = 365 * 24 * 60 * MINUTE_MS;

const queries = placedQueries(readDashboards(join(projectRoot(), 'dashboards', 'json')));

describe.each(FLAVOURS)('the alerts dashboard on the $name edition', (flavour) => {
  let database: FlavourDatabase;
  let nowMs: number;

  beforeAll(async () => {
    database = await flavour.open();
    await migrate(database.pool, silent);
    nowMs = await seedDashboards(database.pool, flavour.name);
    await seedAlerts(database.pool, nowMs);
  }, 120_000);

  afterAll(async () => {
    await database?.close();
  });

  interface Question {
    readonly spanMs?: number;
    readonly intervalMs?: number;
    readonly chosen?: Chosen;
  }

  /** Rows of the query of one panel, annotation or variable. */
  async function ask(where: string, question: Question = {}): Promise<Record<string, unknown>[]> {
    const { spanMs = QUARTER_MS, intervalMs = MINUTE_MS, chosen = {} } = question;
    const query = queries.find((one) => one.file === 'alerts.json' && one.where.includes(where));
    if (!query) throw new Error(`alerts.json has no query "${where}"`);
    const variables = variablesOf(query.dashboard, chosen);
    const expanded = expandMacros(query.sql, {
      fromMs: nowMs - spanMs,
      toMs: nowMs,
      intervalMs,
      variables: new Map([...variables, ['__searchFilter', '%']]),
    });
    const { rows } = await database.pool.query<Record<string, unknown>>(expanded);
    return rows;
  }

  const column = (rows: readonly Record<string, unknown>[], name: string): unknown[] =>
    rows.map((row) => row[name]);

  test.each<[string, Question, Record<string, unknown>]>([
    ['panel 1 Critical', {}, { open: 1 }],
    ['panel 1 Critical', { chosen: { rule: ['cold', 'quiet'] } }, { open: 0 }],
    ['panel 2 Warning', {}, { open: 1 }],
    ['panel 3 Info', {}, { open: 1 }],
    ['panel 3 Info', { chosen: { severity: ['critical'] } }, { open: 0 }],
    ['panel 4 Waiting', {}, { unattended: 1 }],
    ['panel 5 Fired', {}, { fired: 4 }],
    ['panel 5 Fired', { chosen: { device: ['other'] } }, { fired: 1 }],
    ['panel 5 Fired', { spanMs: YEAR_MS }, { fired: 6 }],
    // Of 60 s and 120 s.
    ['panel 6 Reaction', {}, { seconds: 90 }],
    ['panel 6 Reaction', { chosen: { rule: ['quiet'] } }, { seconds: null }],
    ['panel 7 Duration', {}, { seconds: 540 }],
    ['panel 16 Unsent', {}, { failed: 4 }],
    ['panel 16 Unsent', { chosen: { rule: ['cold'] } }, { failed: 1 }],
  ])('%s, of %j, says %j', async (where, question, expected) => {
    expect(await ask(where, question)).toEqual([expected]);
  });

  test('lists what is open, the gravest first, and how it is handled', async () => {
    const rows = await ask('panel 10');
    expect(rows).toMatchObject([
      { Severity: 'critical', Rule: 'Too hot', Metric: 'temperature', Handling: 'unattended' },
      { Severity: 'warning', Metric: 'humidity', Handling: 'acknowledged', 'Acknowledged by': 'ann' },
      { Severity: 'info', Metric: null, Handling: 'snoozed', 'Snoozed until': expect.any(Date) },
    ]);
    expect(rows[0]).toMatchObject({ Device: "South of O'Brien's", 'Device ID': SEEDED.device });
  });

  test('lists the alerts that were open in the time range, with how long', async () => {
    const rows = await ask('panel 14');
    expect(column(rows, 'Severity')).toEqual(['critical', 'warning', 'info', 'critical']);
    expect(rows.at(-1)).toMatchObject({ Duration: 540, 'Resolved by': 'cleared', State: 'resolved' });
    expect(await ask('panel 14', { spanMs: YEAR_MS })).toHaveLength(6);
  });

  test('lists what happened, and who did it', async () => {
    const rows = await ask('panel 15', { chosen: { rule: ['hot'], device: ['other'] } });
    expect(column(rows, 'Change')).toEqual(['resolved', 'severity', 'acknowledged', 'firing']);
    expect(column(rows, 'Severity')).toEqual(['critical', 'critical', 'critical', 'warning']);
    expect(column(rows, 'By')).toEqual([null, null, 'ann', null]);
  });

  test('counts what fired in each interval, by the severity with which it did', async () => {
    const rows = await ask('panel 8', { intervalMs: QUARTER_MS });
    const counts: Record<string, number> = {};
    for (const { metric, alerts } of rows)
      counts[String(metric)] = (counts[String(metric)] ?? 0) + Number(alerts);
    expect(counts).toEqual({ critical: 1, warning: 2, info: 1 });
  });

  test.each([
    ['15 minutes', QUARTER_MS, MINUTE_MS],
    ['a day', 96 * QUARTER_MS, 20 * MINUTE_MS],
    ['4 days', 384 * QUARTER_MS, 90_000],
    ['a year', YEAR_MS, 24 * 60 * MINUTE_MS],
  ])('over %s, what was open at the end of each interval is right', async (_, spanMs, intervalMs) => {
    const rows = await ask('panel 9', { spanMs, intervalMs });
    expect(rows.length).toBeGreaterThan(3 * Math.floor(spanMs / intervalMs));
    const stretches = SEEDED_ALERTS.flatMap((alert) => alert.stretches);
    for (const { time, metric, alerts } of rows) {
      const endMs = Math.min(Number(time) + intervalMs, nowMs + 1);
      const open = stretches.filter(({ severity, from, to }) => {
        const isOpen = nowMs - from * MINUTE_MS < endMs && (to === 0 || nowMs - to * MINUTE_MS >= endMs);
        return severity === metric && isOpen;
      });
      expect({ time, metric, alerts }).toEqual({ time, metric, alerts: open.length });
    }
    expect(new Set(column(rows, 'alerts')).size).toBeGreaterThan(1);
  });

  test('ranks rules and devices', async () => {
    expect(await ask('panel 11')).toMatchObject([
      { Rule: 'Too hot', Alerts: 2, Open: 1, 'Rule ID': 'hot' },
      { Rule: 'Silent', Alerts: 1, Open: 1 },
      { 'Rule ID': 'cold', Alerts: 1, Open: 1 },
    ]);
    const devices = await ask('panel 12');
    expect(devices).toMatchObject([
      { 'Device ID': SEEDED.device, Alerts: 3, Open: 3 },
      { Device: 'other', Alerts: 1, Open: 0, 'Time open': 540 },
    ]);
    // 5, 10 and 12 minutes.
    expect(devices[0]?.['Time open']).toBeCloseTo(27 * 60, 3);
  });

  test('a rule that was deleted is ranked under the name that it had', async () => {
    const rows = await ask('panel 11', { spanMs: YEAR_MS, chosen: { severity: ['info'] } });
    expect(column(rows, 'Rule')).toContain('deleted');
  });

  test('says by severity how fast people respond', async () => {
    expect(await ask('panel 13')).toMatchObject([
      { Severity: 'critical', Alerts: 2, Acknowledged: 1, 'To acknowledge': 60, Duration: 540 },
      { Severity: 'warning', Alerts: 1, Acknowledged: 1, 'To acknowledge': 120, Duration: null },
      { Severity: 'info', Alerts: 1, Acknowledged: 0, 'To acknowledge': null },
    ]);
  });

  test('says what became of the notifications to each channel', async () => {
    const none = { Delivered: 0, Failed: 0, Pending: 0, Retried: 0 };
    expect(await ask('panel 18')).toMatchObject([
      { ...none, Channel: 'broken', Health: 'failing', Failed: 4, Retried: 4, Delay: null },
      { ...none, Channel: 'ops', Health: 'good', Delivered: 4, Delay: 4, 'Delay, 95 %': 4 },
      { ...none, Channel: 'slow', Health: 'retrying', Pending: 4, 'Pending since': expect.any(Date) },
      { ...none, Channel: 'stream', Health: 'good', Delivered: 9, Delay: 0.1, 'Pending since': null },
    ]);
    const counts: Record<string, number> = {};
    for (const { metric, notifications } of await ask('panel 19'))
      counts[String(metric)] = (counts[String(metric)] ?? 0) + Number(notifications);
    expect(counts).toEqual({ delivered: 13, failed: 4, pending: 4 });
  });

  test('marks the alerts of the filters, from firing to their end', async () => {
    const [mark] = await ask('annotation Critical', { chosen: { device: ['other'] } });
    expect(mark).toEqual({
      time: new Date(nowMs - 13 * MINUTE_MS),
      timeend: new Date(nowMs - 4 * MINUTE_MS),
      text: 'Too hot: said so',
      tags: 'critical,other,temperature,resolved',
    });
    const [open] = await ask('annotation Info');
    expect(open).toMatchObject({ timeend: new Date(nowMs), tags: `info,${SEEDED.device},firing` });
  });

  test('lists rules, devices and severities to choose from', async () => {
    expect(column(await ask('variable rule'), '__value')).toEqual(['cold', 'quiet', 'hot']);
    expect(column(await ask('variable device'), '__value')).toContain(SEEDED.device);
    expect((await ask('variable severity')).flatMap(Object.values)).toEqual(['critical', 'warning', 'info']);
  });
});
