import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { eventually, projectRoot } from '@fieldstream/testing';
import { readDashboards } from '../../dashboards/src/read-dashboards.js';
import { READER_PASSWORD } from '../support/reader-password.js';
import { TestBrowser, type Visit } from '../support/browser.js';
import { describeInBrowser } from '../support/describe-in-browser.js';
import { mosquittoPub } from '../support/commands.js';
import { startPipeline, type Pipeline } from '../support/pipeline.js';

jest.setTimeout(120_000);

const dashboards = [...readDashboards(join(projectRoot(), 'dashboards', 'json')).values()];
const PAGES: readonly (readonly [path: string, title: RegExp])[] = [
  ...dashboards.map(({ uid, title }) => [`/d/${uid}`, new RegExp(title, 'i')] as const),
  ['/dashboards', /dashboards/i],
  ['/devices', /devices/i],
  ['/devices/freezer-1', /freezer-1/],
  ['/alerts', /alerts/i],
  ['/alerts/history', /alerts|history/i],
  ['/alerts/rules', /alerts|rules/i],
  ['/alerts/rules/new', /rule/i],
  ['/alerts/channels', /alerts|channels/i],
  ['/alerts/channels/new', /channel/i],
  ['/pipeline', /pipeline/i],
  ['/pipeline/dead-letters', /dead letters/i],
  ['/nowhere', /not found/i],
];

describeInBrowser('every page of the console', (chromium) => {
  let pipeline: Pipeline;
  let browser: TestBrowser;

  beforeAll(async () => {
    pipeline = await startPipeline('console-pages', ['aggregator', 'alerter', 'api', 'bridge'], {
      GRAFANA_READER_PASSWORD: READER_PASSWORD,
    });
    browser = await TestBrowser.launch(chromium);
    await seed(pipeline);
  });

  afterAll(async () => {
    await browser?.close();
    await pipeline?.close();
  });

  describe.each(['dark', 'light'] as const)('%s', (theme) => {
    let visit: Visit;

    beforeAll(async () => {
      visit = await browser.visit({ baseUrl: pipeline.apiUrl, theme });
    });

    afterAll(async () => {
      await visit?.close();
    });

    test.each(PAGES)('%s', async (path, title) => {
      const { page } = visit;
      await page.goto(path);
      await page.getByRole('heading', { level: 1, name: title }).waitFor();
      await settled(visit);
      expect(await page.getByRole('heading', { level: 1 }).count()).toBe(1);
      expect(await visit.violations()).toEqual([]);
      expect(visit.complaints).toEqual([]);
    });
  });

  describe('on a phone', () => {
    let visit: Visit;

    beforeAll(async () => {
      visit = await browser.visit({ baseUrl: pipeline.apiUrl, width: 390, height: 844 });
    });

    afterAll(async () => {
      await visit?.close();
    });

    test.each(PAGES)('%s does not scroll sideways', async (path, title) => {
      const { page } = visit;
      await page.goto(path);
      await page.getByRole('heading', { level: 1, name: title }).waitFor();
      await settled(visit);
      const widths = await page.evaluate(() => {
        const { documentElement: root } = (globalThis as unknown as { document: { documentElement: Widths } })
          .document;
        return { inside: root.scrollWidth, outside: root.clientWidth };
      });
      expect(widths.inside).toBeLessThanOrEqual(widths.outside);
      expect(visit.complaints).toEqual([]);
    });
  });
});

interface Widths {
  readonly scrollWidth: number;
  readonly clientWidth: number;
}

/** Nothing on the page says any more that it is loading. */
async function settled({ page }: Visit): Promise<void> {
  await eventually(
    async () =>
      (await page.locator('main [aria-busy="true"], main [role="status"]:has-text("…")').count()) === 0,
    {
      timeoutMs: 20_000,
      what: `${page.url()} to have loaded`,
    },
  );
}

/** Two devices with readings, an alert, and a dead letter. */
async function seed({ apiUrl, mqttPort, sql }: Pipeline): Promise<void> {
  const rule = {
    id: 'too-warm',
    name: 'Too warm',
    severity: 'critical',
    scope: { devices: ['freezer-*'], metrics: ['temperature'] },
    kind: 'threshold',
    params: { operator: '>', threshold: -10 },
  };
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${apiUrl}/api/rules`, { method: 'POST', headers, body: JSON.stringify(rule) });
  expect(answer.status).toBe(201);
  await mosquittoPub(mqttPort, 'devices/freezer-2/telemetry', '{"temperature": ');
  await eventually(
    async () => {
      await mosquittoPub(
        mqttPort,
        'devices/freezer-1/telemetry',
        '{"temperature": -4.5, "door": "open", "power": 81}',
      );
      await mosquittoPub(
        mqttPort,
        'devices/freezer-2/telemetry',
        '{"temperature": -18.25, "door": "closed"}',
      );
      const { rows } = await sql.query('SELECT FROM alert UNION ALL SELECT FROM dead_letter');
      return rows.length >= 2;
    },
    { timeoutMs: 30_000, everyMs: 500, what: 'an alert and a dead letter' },
  );
}
