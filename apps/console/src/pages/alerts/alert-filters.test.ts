import { describe, expect, test } from '@jest/globals';
import type { Schema } from '../../client/api.js';
import { filtersOf, fitting, groupedByRule, isFiltered, isSnoozed, withFilters } from './alert-filters.js';

const NOW = Date.parse('2026-01-01T12:00:00Z');

function alert(edit: Partial<Schema<'Alert'>> = {}): Schema<'Alert'> {
  return {
    alertId: 'a',
    ruleId: 'too-hot',
    ruleName: 'Too hot',
    description: '',
    severity: 'warning',
    deviceId: 'gh-1',
    metric: 'temperature',
    labels: { site: 'North' },
    state: 'firing',
    startedAt: '2026-01-01T11:00:00Z',
    firedAt: '2026-01-01T11:05:00Z',
    resolvedAt: null,
    resolvedBy: null,
    value: 31,
    text: null,
    summary: 'Too hot: temperature of gh-1 is 31 (> 30)',
    acknowledgedAt: null,
    acknowledgedBy: null,
    snoozedUntil: null,
    snoozedBy: null,
    ...edit,
  };
}

describe('filters in the address', () => {
  test('come back as they were written, beside other parameters', () => {
    const change = {
      severity: 'critical',
      handling: 'snoozed',
      device: 'gh 1',
      rule: 'too-hot',
      text: 'a & b',
      isGrouped: true,
    } as const;
    const search = withFilters(new URLSearchParams('theme=dark'), change);
    expect(filtersOf(new URLSearchParams(search.toString()))).toEqual(change);
    expect(search.get('theme')).toBe('dark');
  });

  test('are left out where they choose nothing', () => {
    const search = new URLSearchParams('severity=info&handling=snoozed&q=x&group=rule');
    const cleared = withFilters(search, { severity: '', handling: 'all', text: '', isGrouped: false });
    expect(cleared.toString()).toBe('');
    expect(isFiltered(filtersOf(cleared))).toBe(false);
    expect(isFiltered(filtersOf(search))).toBe(true);
  });

  test('that are not known are passed over', () => {
    const filters = filtersOf(new URLSearchParams('severity=dire&handling=eaten&group=moon'));
    expect(filters).toMatchObject({ severity: '', handling: 'all', isGrouped: false });
  });
});

describe('the alerts that fit', () => {
  const seen = alert({ alertId: 'seen', acknowledgedAt: '2026-01-01T11:30:00Z', acknowledgedBy: 'ann' });
  const quiet = alert({ alertId: 'quiet', snoozedUntil: '2026-01-01T13:00:00Z' });
  const woken = alert({ alertId: 'woken', snoozedUntil: '2026-01-01T11:59:00Z' });
  const all = [alert(), seen, quiet, woken];
  const idsOf = (query: string): string[] =>
    fitting(all, filtersOf(new URLSearchParams(query)), NOW).map(({ alertId }) => alertId);

  test.each([
    ['', ['a', 'seen', 'quiet', 'woken']],
    ['handling=unhandled', ['a', 'woken']],
    ['handling=acknowledged', ['seen']],
    ['handling=snoozed', ['quiet']],
    ['q=GH-1+hot', ['a', 'seen', 'quiet', 'woken']],
    ['q=site=north', ['a', 'seen', 'quiet', 'woken']],
    ['q=gh-1+cold', []],
  ])('%j', (query, ids) => {
    expect(idsOf(query)).toEqual(ids);
  });

  test('a snooze that is over is none', () => {
    expect(isSnoozed(quiet, NOW)).toBe(true);
    expect(isSnoozed(woken, NOW)).toBe(false);
  });
});

test('groups keep the order of the alerts', () => {
  const alerts = [
    alert({ alertId: '1' }),
    alert({ alertId: '2', ruleId: 'wet', ruleName: 'Wet' }),
    alert({ alertId: '3' }),
  ];
  const groups = groupedByRule(alerts).map(({ ruleId, alerts: of }) => [ruleId, of.map((a) => a.alertId)]);
  expect(groups).toEqual([
    ['too-hot', ['1', '3']],
    ['wet', ['2']],
  ]);
});
