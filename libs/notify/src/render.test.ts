import { describe, expect, test } from '@jest/globals';
import { type AlertMessage } from './alert-message.js';
import { renderMessage } from './render.js';
import { alertMessage, alertRecord, alertRecords, AT_MS, HOSTILE_TEXTS } from './testing/sample-alerts.js';

const behind = { labels: { gateway: 'gw-1' } };

describe('title', () => {
  test.each<[string, AlertMessage, string]>([
    ['one alert', alertMessage(), '[firing] Greenhouse too hot: temperature of gh-1'],
    [
      'a device as a whole',
      alertMessage([alertRecord({ metric: '', ruleName: 'Silent' })], { rule: { id: 's', name: 'Silent' } }),
      '[firing] Silent: gh-1',
    ],
    [
      'one recovery',
      alertMessage([alertRecord({ state: 'resolved', change: 'resolved' })]),
      '[resolved] Greenhouse too hot: temperature of gh-1',
    ],
    ['a burst', alertMessage(alertRecords(3)), '[3 firing] Greenhouse too hot: 3 devices'],
    [
      'alerts and recoveries',
      alertMessage([...alertRecords(3), alertRecord({ alertId: 'r', state: 'resolved' })]),
      '[3 firing, 1 resolved] Greenhouse too hot: 3 devices',
    ],
    [
      'several metrics of one device',
      alertMessage([alertRecord(), alertRecord({ alertId: 'b', metric: 'humidity' })]),
      '[2 firing] Greenhouse too hot: 2 alerts of gh-1',
    ],
    [
      'several rules',
      alertMessage([alertRecord(), alertRecord({ alertId: 'b', deviceId: 'gh-2', ruleName: 'Too wet' })], {
        rule: undefined,
      }),
      '[2 firing] 2 rules: 2 devices',
    ],
    [
      'devices of one gateway',
      alertMessage(alertRecords(30, behind)),
      '[30 firing] Greenhouse too hot: 30 devices of gateway gw-1',
    ],
    [
      'the gateway and its devices',
      alertMessage([...alertRecords(4, behind), alertRecord({ alertId: 'g', deviceId: 'gw-1', labels: {} })]),
      '[5 firing] Greenhouse too hot: 5 devices of gateway gw-1',
    ],
    [
      'devices of two gateways',
      alertMessage([...alertRecords(2, behind), alertRecord({ alertId: 'c', labels: { gateway: 'gw-2' } })]),
      '[3 firing] Greenhouse too hot: 2 devices',
    ],
    [
      'one device of a gateway',
      alertMessage([alertRecord(behind)]),
      '[firing] Greenhouse too hot: temperature of gh-1',
    ],
    [
      'a test',
      alertMessage(undefined, { isTest: true }),
      '[test] [firing] Greenhouse too hot: temperature of gh-1',
    ],
    ['nothing', alertMessage([]), '[nothing] Greenhouse too hot: no alerts'],
  ])('of %s', (_, message, title) => {
    expect(renderMessage(message).title).toBe(title);
  });
});

describe('lines', () => {
  test('say how bad it is, what it is, since when, and who has seen it', () => {
    const seen = alertRecord({ severity: 'critical', acknowledgedBy: 'Ada' });
    expect(renderMessage(alertMessage([seen])).lines).toEqual([
      '[critical] Greenhouse too hot: temperature of gh-1 is > 30 (since 2026-05-04 09:59:00 UTC, acknowledged by Ada)',
    ]);
  });

  test('put open alerts first, and among them the most severe', () => {
    const alerts = [
      alertRecord({ sequence: 1, alertId: 'a', state: 'resolved', severity: 'critical', summary: 'a' }),
      alertRecord({ sequence: 2, alertId: 'b', severity: 'info', summary: 'b' }),
      alertRecord({ sequence: 3, alertId: 'c', severity: 'critical', summary: 'c' }),
      alertRecord({ sequence: 4, alertId: 'd', severity: 'info', summary: 'd' }),
    ];
    const { lines, severity, status } = renderMessage(alertMessage(alerts));
    expect(lines.map((line) => line.slice(0, 12))).toEqual([
      '[critical] c',
      '[info] b (si',
      '[info] d (si',
      '[resolved] a',
    ]);
    expect({ severity, status }).toEqual({ severity: 'critical', status: 'firing' });
  });

  test('tell an alert once, as it stands since its last change', () => {
    const rendered = renderMessage(
      alertMessage([
        alertRecord({ sequence: 5, severity: 'warning' }),
        alertRecord({ sequence: 7, severity: 'critical', change: 'resolved', state: 'resolved' }),
        alertRecord({ sequence: 6, severity: 'critical', change: 'severity' }),
      ]),
    );
    expect(rendered).toMatchObject({ status: 'resolved', firingCount: 0, resolvedCount: 1 });
    expect(rendered.lines).toHaveLength(1);
    expect(rendered.title).toBe('[resolved] Greenhouse too hot: temperature of gh-1');
  });

  test('are 20 at most, and the rest is counted', () => {
    expect(renderMessage(alertMessage(alertRecords(30)))).toMatchObject({ hidden: 10, firingCount: 30 });
    expect(renderMessage(alertMessage(alertRecords(30))).lines).toHaveLength(20);
    expect(renderMessage(alertMessage(alertRecords(20)))).toMatchObject({ hidden: 0 });
  });

  test('share one line where the devices share a gateway', () => {
    const { lines, hidden } = renderMessage(alertMessage(alertRecords(30, behind)));
    expect(hidden).toBe(0);
    expect(lines).toEqual([
      `[warning] Greenhouse too hot: 30 devices of gateway gw-1: ${Array.from({ length: 20 }, (_, i) => `gh-${i + 1}`).join(', ')}, … and 10 more`,
    ]);
  });

  test('count the devices that a line has no room for', () => {
    const long = Array.from({ length: 10 }, (_, index) =>
      alertRecord({ ...behind, alertId: `a${index}`, deviceId: `${index}${'d'.repeat(120)}` }),
    );
    const [line = ''] = renderMessage(alertMessage(long)).lines;
    expect(line.length).toBeLessThanOrEqual(500);
    expect(line).toMatch(/, … and 7 more$/);
  });
});

test('the description is told where all alerts have the same', () => {
  const same = alertRecords(2, { description: 'Open the vents.\r\nThen call.' });
  expect(renderMessage(alertMessage(same)).description).toBe('Open the vents.\nThen call.');
  const other = alertRecord({ alertId: 'z', description: 'Other' });
  expect(renderMessage(alertMessage([...same, other])).description).toBe('');
});

describe.each(HOSTILE_TEXTS)('hostile text: %s', (_, text) => {
  test('keeps titles and lines to one line each and to their length', () => {
    const fields = { ruleName: text, summary: text, deviceId: text, metric: text, description: text };
    const alerts = alertRecords(3, { ...fields, acknowledgedBy: text });
    const gateway = alertRecords(3, { ruleName: text, labels: { gateway: text } });
    for (const set of [alerts, gateway]) {
      const { title, lines, description } = renderMessage(
        alertMessage(set, { rule: { id: 'r', name: text } }),
      );
      for (const line of [title, ...lines, ...description.split('\n')])
        expect(line).not.toMatch(/[\u0000-\u001f\u2028\u2029\u202e\u2066]/);
      expect(title.length).toBeLessThanOrEqual(200);
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(500);
      expect([title, ...lines, description].every((line) => line.isWellFormed())).toBe(true);
    }
  });
});

test('a time beyond what a date can be does not stop the message', () => {
  const far = alertRecord({ startedAtMs: Number.MAX_SAFE_INTEGER, atMs: AT_MS });
  expect(renderMessage(alertMessage([far])).lines[0]).toContain('since 9007199254740991 ms');
});
