import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { queriesOf, type DashboardJson, type LinkJson } from '@fieldstream/grafana';
import { readDashboards } from './read-dashboards.js';

const dashboards = [...readDashboards(join(import.meta.dirname, '..', 'json')).values()];

interface PlacedLink {
  readonly url: string;
  /** The panel's SQL; undefined for a link of the dashboard. */
  readonly sql: string | undefined;
}

function linksOf(dashboard: DashboardJson): PlacedLink[] {
  const ofPanels = dashboard.panels.flatMap(({ targets = [], fieldConfig }) =>
    (fieldConfig?.overrides ?? [])
      .flatMap(({ properties }) => properties.filter(({ id }) => id === 'links'))
      .flatMap(({ value }) => value as readonly LinkJson[])
      .map(({ url }) => ({ url, sql: targets.map(({ rawSql }) => rawSql).join('\n') })),
  );
  const ofDashboard = (dashboard.links ?? []).filter(({ type }) => type === 'link');
  return [...ofDashboard.map(({ url }) => ({ url, sql: undefined })), ...ofPanels];
}

const PLACED = dashboards.flatMap((dashboard) =>
  linksOf(dashboard).map(({ url, sql }) => ({ from: dashboard, title: dashboard.title, url, sql })),
);

describe.each(PLACED)('$title links to $url', ({ from, url, sql }) => {
  const [, uid, query = ''] = /^\/d\/([^/?]+)(?:\?(.*))?$/.exec(url) ?? [];
  const target = dashboards.find((dashboard) => dashboard.uid === uid);

  test('which is a dashboard', () => {
    expect(dashboards.map((dashboard) => dashboard.uid)).toContain(uid);
  });

  test('with variables that it has', () => {
    const names = Array.from(query.matchAll(/(?:^|&)var-(\w+)=/g), ([, name]) => name);
    const known = target?.templating.list.map(({ name }) => name) ?? [];
    expect(names.filter((name) => !known.includes(name ?? ''))).toEqual([]);
  });

  test('with values that are there, and are escaped', () => {
    for (const [whole, name = '', format] of query.matchAll(/\$\{([^:}]+)(?::(\w+))?\}/g)) {
      if (whole === '${__url_time_range}') continue;
      const label = /^__field\.labels\.(\w+)$/.exec(name)?.[1];
      const column = /^__data\.fields\["(.+)"\]$/.exec(name)?.[1];
      if (label !== undefined) expect(sql).toMatch(new RegExp(`SELECT [^\n]*\\b${label}\\b`));
      else if (column === undefined)
        expect(from.templating.list.map((variable) => variable.name)).toContain(name);
      else expect(sql).toContain(`AS "${column}"`);
      expect(format).toBe('percentencode');
    }
  });
});

test('every dashboard has the menu of all, and is in it', () => {
  for (const { links = [], tags } of dashboards) {
    expect(tags).toContain('fieldstream');
    expect(links.filter(({ type }) => type === 'dashboards')).toMatchObject([{ tags: ['fieldstream'] }]);
  }
});

test.each([
  ['fieldstream-fleet', 'fieldstream-device?var-device='],
  ['fieldstream-compare', 'fieldstream-device?var-device='],
  ['fieldstream-quality', 'fieldstream-device?var-device='],
  ['fieldstream-alerts', 'fieldstream-device?var-device='],
  ['fieldstream-device', 'fieldstream-alerts?var-device='],
  ['fieldstream-fleet', 'fieldstream-alerts?var-rule='],
])('%s leads from what it shows to /d/%s…', (uid, way) => {
  expect(PLACED.some(({ from, url }) => from.uid === uid && url.startsWith(`/d/${way}`))).toBe(true);
});

test('every dashboard with a chart of readings or alerts marks the alerts of each severity in it', () => {
  for (const dashboard of dashboards) {
    const marks = queriesOf(dashboard).filter(({ kind }) => kind === 'annotation');
    const severities = marks.map(({ sql }) => /a\.severity = '(\w+)'/.exec(sql)?.[1]);
    expect(severities).toEqual(['critical', 'warning', 'info']);
  }
});
