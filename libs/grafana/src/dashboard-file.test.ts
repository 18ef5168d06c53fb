import { describe, expect, test } from '@jest/globals';
import { readDashboard } from './dashboard-file.js';

const dashboard = {
  title: 'Mine',
  __inputs: [
    { name: 'DS_PG', type: 'datasource', pluginId: 'postgres' },
    { name: 'DS_PROM', type: 'datasource', pluginId: 'prometheus' },
  ],
  templating: {
    list: [
      { name: 'one', type: 'custom', query: 'a, text : b, c\\,d' },
      {
        name: 'many',
        type: 'query',
        query: 'SELECT 1',
        multi: true,
        allValue: "'#'",
        options: [{ value: 'stale' }],
      },
      { name: 'every', type: 'query', query: { rawSql: 'SELECT 2' }, includeAll: true },
      { name: 'step', type: 'interval', query: '1m,5m' },
      { name: 'ds', type: 'datasource', query: 'grafana-postgresql-datasource' },
      { name: 'other', type: 'datasource', query: 'loki' },
    ],
  },
  annotations: {
    list: [
      { name: 'new', target: { rawSql: 'SELECT 3', format: 'table' } },
      { name: 'old', rawQuery: 'SELECT 4' },
      { name: 'none' },
    ],
  },
  panels: [
    { id: 1, type: 'stat', title: 'A', targets: [{ refId: 'A', rawSql: 'SELECT 5', format: 'table' }] },
    {
      id: 2,
      type: 'row',
      panels: [{ id: 3, type: 'stat', datasource: '$ds', targets: [{ refId: 'B', rawSql: 'SELECT 6' }] }],
    },
    ...[
      '${DS_PG}',
      '${DS_PROM}',
      '$ds',
      '${other}',
      'fieldstream',
      'Prometheus',
      { type: 'postgres', uid: 'x' },
      { type: 'loki' },
    ].map((datasource, index) => ({
      id: 10 + index,
      type: 'stat',
      title: 'D',
      datasource,
      targets: [{ refId: 'A', rawSql: 'SELECT 7' }],
    })),
    {
      id: 20,
      type: 'stat',
      datasource: { uid: '-- Mixed --' },
      targets: [
        { refId: 'A', rawSql: 'SELECT 8', datasource: { type: 'postgres', uid: 'x' } },
        { refId: 'B', expr: 'up', datasource: { type: 'prometheus' } },
        { refId: 'C' },
      ],
    },
  ],
};
const { source } = readDashboard(JSON.stringify(dashboard), 'mine.json');

describe('a file', () => {
  test('gives its name where the dashboard has no UID and no title', () => {
    expect(readDashboard('{"panels": []}', 'My board (2).json')).toMatchObject({
      uid: 'My-board-2',
      title: 'My board (2)',
      json: { uid: 'My-board-2' },
    });
  });

  test('may hold what the HTTP API answers', () => {
    const content = JSON.stringify({
      meta: {},
      dashboard: { uid: 'x', title: 'T', tags: ['a', 1], panels: [{ type: 'row' }, {}] },
    });
    expect(readDashboard(content, 'f.json')).toMatchObject({ uid: 'x', title: 'T', tags: ['a'], panels: 1 });
  });

  test.each([
    ['{', 'is not JSON'],
    ['null', 'holds no object'],
    ['{}', 'has no list "panels"'],
    ['{"panels": [], "uid": "a b"}', 'has the uid "a b"'],
    ['{"panels": [], "uid": 5}', 'has the uid 5'],
    ['{"apiVersion": "x", "spec": {}}', 'schema v2'],
  ])('%s is no dashboard', (content, message) => {
    expect(() => readDashboard(content, 'f.json')).toThrow(message);
  });
});

describe('a query', () => {
  test.each([
    [{ panel: 1, refId: 'A' }, 'SELECT 5', 'table'],
    [{ panel: 3, refId: 'B' }, 'SELECT 6', 'time_series'],
    [{ panel: 10, refId: 'A' }, 'SELECT 7', 'time_series'],
    [{ panel: 12, refId: 'A' }, 'SELECT 7', 'time_series'],
    [{ panel: 14, refId: 'A' }, 'SELECT 7', 'time_series'],
    [{ panel: 16, refId: 'A' }, 'SELECT 7', 'time_series'],
    [{ panel: 20, refId: 'A' }, 'SELECT 8', 'time_series'],
    [{ variable: 'many' }, 'SELECT 1', 'table'],
    [{ variable: 'every' }, 'SELECT 2', 'table'],
    [{ annotation: 'new' }, 'SELECT 3', 'table'],
    [{ annotation: 'old' }, 'SELECT 4', 'table'],
  ])('at %j is found', (place, sql, format) => {
    expect(source.find(place)).toEqual({ sql, format });
  });

  test.each([
    [{ panel: 2, refId: 'A' }, 'no panel 2'],
    [{ panel: 1, refId: 'Z' }, 'has no query Z'],
    [{ panel: 11, refId: 'A' }, 'data source "prometheus"'],
    [{ panel: 13, refId: 'A' }, 'data source "loki"'],
    [{ panel: 15, refId: 'A' }, 'data source "Prometheus"'],
    [{ panel: 17, refId: 'A' }, 'data source "loki"'],
    [{ panel: 20, refId: 'B' }, 'data source "prometheus"'],
    [{ panel: 20, refId: 'C' }, 'has no SQL'],
    [{ variable: 'one' }, 'no variable "one" with a query'],
    [{ annotation: 'none' }, 'has no SQL'],
    [{ annotation: 'nothing' }, 'no annotation "nothing"'],
  ])('at %j is not', (place, message) => {
    expect(() => source.find(place)).toThrow(message);
  });
});

describe('a value', () => {
  test.each([
    ['one', 'x', 'x'],
    ['one', ['x', 'y'], 'x'],
    ['many', 'x', ['x']],
    ['many', '$__all', { verbatim: "'#'" }],
    ['many', ['$__all'], { verbatim: "'#'" }],
    ['every', 'x', ['x']],
    ['every', '$__all', ['$__all']],
    ['unknown', 'x', 'x'],
    ['unknown', ['x'], ['x']],
  ])('of %s, chosen %j', (name, chosen, value) => {
    expect(source.valueOf(name, chosen)).toEqual(value);
  });

  test.each([
    ['one', 'a', true],
    ['one', 'b', true],
    ['one', 'text', false],
    ['one', 'c,d', true],
    ['one', 'x', false],
    ['step', '5m', true],
    ['many', 'stale', false],
    ['unknown', 'a', false],
  ])("of %s, is %s the dashboard's own", (name, value, isOwn) => {
    expect(source.isOwn(name, value)).toBe(isOwn);
  });
});
