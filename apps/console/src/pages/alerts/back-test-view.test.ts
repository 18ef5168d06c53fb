import { expect, test } from '@jest/globals';
import type { Schema } from '../../client/api.js';
import { firingSpans, gapsOf, verdictOf } from './back-test-view.js';

const T = (minute: number): string => new Date(minute * 60_000).toISOString();

function answer(edit: Partial<Schema<'BackTestAnswer'>> = {}): Schema<'BackTestAnswer'> {
  return {
    rule: { id: 'draft', kind: 'threshold' },
    from: T(10),
    to: T(100),
    readFrom: T(0),
    rawFrom: null,
    series: [],
    totals: { series: 3, observations: 50, firings: 2, naiveFirings: 9, read: 60 },
    hasMore: false,
    stopped: null,
    ...edit,
  };
}

const open = { value: 1, text: null, severity: 'critical' as const };

test('spans follow the severity, within the range, to its end where the alert is open', () => {
  const series = (metric: string, deviceId = 'a') => ({
    deviceId,
    metric,
    observations: 1,
    firings: 1,
    naiveFirings: 1,
    alerts: [
      {
        ...open,
        startedAt: T(4),
        firedAt: T(5),
        resolvedAt: null,
        changes: [
          { at: T(5), severity: 'warning' as const },
          { at: T(50), severity: 'critical' as const },
        ],
      },
    ],
  });
  const both = [
    { fromMs: 600_000, toMs: 3_000_000, severity: 'warning' },
    { fromMs: 3_000_000, toMs: 6_000_000, severity: 'critical' },
  ];
  expect(firingSpans(answer({ series: [series('t'), series('h'), series('t', 'b')] }), 'a', 't')).toEqual(
    both,
  );
  expect(firingSpans(answer({ series: [series('')] }), 'a', 't')).toEqual(both);
  expect(firingSpans(answer({ series: [series('h')] }), 'a', 't')).toEqual([]);
});

test('the verdict', () => {
  expect(verdictOf(answer())).toBe(
    '2 alerts would have fired on 3 series; without hysteresis and durations, 9.',
  );
  const none = { series: 1, observations: 1, firings: 0, naiveFirings: 0, read: 1 };
  const device = { deviceId: 'a', metric: '', observations: 1, firings: 0, naiveFirings: 0, alerts: [] };
  expect(verdictOf({ totals: none, series: [device] })).toBe('No alert would have fired on 1 device.');
});

test('what is not covered is said', () => {
  expect(gapsOf(answer())).toEqual([]);
  expect(gapsOf(answer({ hasMore: true, stopped: 'time', rawFrom: T(20) }))).toHaveLength(3);
  const none = { series: 0, observations: 0, firings: 0, naiveFirings: 0, read: 0 };
  expect(gapsOf(answer({ totals: none }))).toEqual(['Nothing in this time fits what the rule watches.']);
});
