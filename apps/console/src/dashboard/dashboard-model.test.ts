import { describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readDashboard } from './dashboard-model.js';

const FOLDER = join(process.cwd(), 'dashboards', 'json');

describe('reading a dashboard', () => {
  test.each([
    [null],
    [7],
    ['x'],
    [[]],
    [{}],
    [{ panels: 7, templating: [], annotations: null, time: [] }],
    [{ panels: [7, null, { type: 3 }] }],
  ])('%j is read without a throw', (json) => {
    const model = readDashboard('uid', json);
    expect(model).toMatchObject({ uid: 'uid', time: { from: 'now-6h', to: 'now' }, timeZone: 'browser' });
  });

  test.each(readdirSync(FOLDER))('%s keeps its panels, variables and annotations', (file) => {
    const json = JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as {
      panels: { type: string; panels?: unknown[] }[];
      templating?: { list: unknown[] };
      annotations?: { list: unknown[] };
    };
    const model = readDashboard('uid', json);
    const drawn = json.panels.flatMap(({ type, panels = [] }) => (type === 'row' ? panels : ['one']));
    expect(model.sections.flatMap(({ panels }) => panels)).toHaveLength(drawn.length);
    expect(model.variables).toHaveLength(json.templating?.list.length ?? 0);
    expect(model.annotations.length).toBeLessThanOrEqual(json.annotations?.list.length ?? 0);
  });

  test('hidden queries and what Grafana itself keeps are left out', () => {
    const model = readDashboard('uid', {
      panels: [{ id: 1, type: 'stat', targets: [{ refId: 'A', hide: true }, { refId: 'B' }] }],
      annotations: { list: [{ builtIn: 1, name: 'Annotations & Alerts', target: {} }] },
    });
    expect(model.sections[0]?.panels[0]?.targets.map(({ refId }) => refId)).toEqual(['B']);
    expect(model.annotations).toEqual([]);
  });
});
