import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { Ajv } from 'ajv';
import type { DashboardJson, VariableJson } from '@fieldstream/grafana';
import { readCompose } from '../../deploy/compose-file.js';
import { readDashboards } from './read-dashboards.js';
import { DASHBOARD_SCHEMA, GRAFANA_SCHEMA_VERSION } from './dashboard-schema.js';
import { DASHBOARDS, renderDashboard } from './dashboards.js';
import { lintDashboard } from './lint-dashboard.js';

const folder = join(import.meta.dirname, '..', 'json');
const dashboards = readDashboards(folder);
const root = join(import.meta.dirname, '..', '..');
/** A file of a package, as text: the packages are made for browsers, and do not load here. */
const fileOf = (...path: string[]): string => readFileSync(join(root, 'node_modules', ...path), 'utf8');
const units = new Set(
  Array.from(
    fileOf('@grafana', 'data', 'dist', 'esm', 'valueFormats', 'categories.mjs').matchAll(/\bid: "([^"]+)"/g),
    ([, id = '']) =>
      id.replaceAll(/\\(?:u|x)([\da-fA-F]{4}|[\da-fA-F]{2})/g, (_, code: string) =>
        String.fromCharCode(Number.parseInt(code, 16)),
      ),
  ),
);
const isUnit = (id: string): boolean => units.has(id);
const validate = new Ajv({ allErrors: true }).compile(DASHBOARD_SCHEMA);

test('each dashboard has a file, and each file a dashboard', () => {
  expect([...dashboards.keys()]).toEqual(DASHBOARDS.map(({ file }) => file).sort());
});

test('no two dashboards share a UID', () => {
  const uids = [...dashboards.values()].map((dashboard) => dashboard.uid);
  expect(new Set(uids).size).toBe(uids.length);
});

test('the schema version is the one of the Grafana that docker-compose.yml pins', () => {
  const { image = '' } =
    readCompose(join(root, 'docker-compose.yml'), {
      POSTGRES_PASSWORD: 'x',
      GRAFANA_READER_PASSWORD: 'x',
      GRAFANA_ADMIN_PASSWORD: 'x',
      API_TOKEN: 'x',
    }).services['grafana'] ?? {};
  const { version } = JSON.parse(fileOf('@grafana', 'schema', 'package.json')) as { version: string };
  const minor = (one: string): string => one.split('.').slice(0, 2).join('.');
  expect(minor(image.replace('grafana/grafana:', ''))).toBe(minor(version));
  const types = fileOf('@grafana', 'schema', 'dist', 'esm', 'raw', 'dashboard', 'x', 'types.gen.mjs');
  expect(/\bschemaVersion: (\d+)/.exec(types)?.[1]).toBe(String(GRAFANA_SCHEMA_VERSION));
});

describe.each([...DASHBOARDS])('$file', ({ file, build }) => {
  test('is what the sources generate: otherwise run `npm run dashboards`', () => {
    expect(readFileSync(join(folder, file), 'utf8')).toBe(renderDashboard(build()));
  });

  test('has the structure that Grafana reads', () => {
    validate(dashboards.get(file));
    expect(validate.errors ?? []).toEqual([]);
  });

  test('passes the linter', () => {
    const dashboard = dashboards.get(file);
    expect(dashboard && lintDashboard(dashboard, isUnit)).toEqual([]);
  });
});

describe('the linter', () => {
  const panel = {
    id: 1,
    type: 'stat',
    title: 'Sound',
    description: 'Nothing is wrong with it.',
    gridPos: { x: 0, y: 0, w: 12, h: 4 },
    targets: [
      {
        refId: 'A',
        format: 'table',
        rawSql: "SELECT name FROM dashboard.device WHERE device_id = '$device'",
      },
    ],
    fieldConfig: { defaults: { unit: 'string', noValue: 'None', color: {}, thresholds: { steps: [{}] } } },
  } as const;
  const variable: VariableJson = {
    type: 'query',
    name: 'device',
    description: 'Device.',
    query: 'SELECT device_id FROM dashboard.device',
    definition: 'SELECT device_id FROM dashboard.device',
  };
  const sound: DashboardJson = { uid: 'x', title: 'x', templating: { list: [variable] }, panels: [panel] };
  const query = (rawSql: string): DashboardJson['panels'][number] => ({
    ...panel,
    targets: [...panel.targets, { refId: 'B', format: 'table', rawSql }],
  });

  test('finds nothing in a sound dashboard', () => {
    expect(lintDashboard(sound, isUnit)).toEqual([]);
  });

  test.each<[string, Partial<DashboardJson>, RegExp]>([
    [
      'a repeated ID',
      { panels: [panel, { ...panel, gridPos: { x: 12, y: 0, w: 12, h: 4 } }] },
      /has this ID/,
    ],
    [
      'panels on each other',
      { panels: [panel, { ...panel, id: 2, gridPos: { x: 11, y: 3, w: 4, h: 4 } }] },
      /lies on/,
    ],
    [
      'a panel beyond the grid',
      { panels: [{ ...panel, gridPos: { x: 13, y: 0, w: 12, h: 4 } }] },
      /wider than/,
    ],
    ['a missing description', { panels: [{ ...panel, description: '' }] }, /no description/],
    [
      'a description that is no sentence',
      { panels: [{ ...panel, description: 'nothing is wrong' }] },
      /no sentence/,
    ],
    [
      'a unit that Grafana does not have',
      {
        panels: [
          {
            ...panel,
            fieldConfig: {
              ...panel.fieldConfig,
              defaults: { ...panel.fieldConfig.defaults, unit: 'furlong' },
            },
          },
        ],
      },
      /no unit furlong/,
    ],
    [
      'a title that is cut off',
      { panels: [{ ...panel, title: 'Readings that are stored', gridPos: { x: 0, y: 0, w: 3, h: 4 } }] },
      /does not fit/,
    ],
    [
      'a bounded list without a value for All',
      {
        templating: {
          list: [
            {
              ...variable,
              multi: true,
              query: `${variable.query} LIMIT 9`,
              definition: `${variable.query} LIMIT 9`,
            },
          ],
        },
      },
      /nothing stands for All/,
    ],
    [
      'a value that cannot be chosen',
      {
        templating: {
          list: [
            {
              ...variable,
              type: 'custom',
              query: '5, 9',
              options: [{ text: '5', value: '5' }],
              current: { value: '7' },
            },
          ],
        },
      },
      /none of its options/,
    ],
    [
      'a missing unit',
      { panels: [{ ...panel, fieldConfig: { defaults: { noValue: '-', color: {} } } }] },
      /no unit/,
    ],
    [
      'a repeated refId',
      { panels: [{ ...panel, targets: [...panel.targets, ...panel.targets] }] },
      /one refId/,
    ],
    [
      'an unknown variable',
      { panels: [query('SELECT 1 FROM dashboard.device WHERE name = $nothing')] },
      /no variable nothing/,
    ],
    [
      'an unused variable',
      { templating: { list: [variable, { ...variable, name: 'other' }] } },
      /nothing uses it/,
    ],
    [
      'a query beside its definition',
      { templating: { list: [{ ...variable, definition: 'SELECT 1' }] } },
      /another query/,
    ],
    [
      'a table outside the schema',
      { panels: [query('SELECT extract(epoch FROM time) FROM public.reading')] },
      /outside the schema/,
    ],
    [
      'a table outside the schema, beside a name of the query and functions',
      {
        panels: [
          query(
            'WITH a AS ( SELECT 1 FROM dashboard.device ), b AS (SELECT 2) ' +
              'SELECT 1 FROM a JOIN b ON true CROSS JOIN unnest(ARRAY[1]) u JOIN c ON true',
          ),
        ],
      },
      /^panel 1 Sound, B: reads c, which/,
    ],
    ['every column', { panels: [query('SELECT * FROM dashboard.device')] }, /SELECT \*/],
  ])('finds %s', (_, change, fault) => {
    expect(lintDashboard({ ...sound, ...change }, isUnit).join('\n')).toMatch(fault);
  });
});
