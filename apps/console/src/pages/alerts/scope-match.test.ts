import { expect, test } from '@jest/globals';
import { commonPart, watchesDevice, watchesMetric } from './scope-match.js';

const scope = (devices: string[], labels: [string, string[]][] = [], metrics: string[] = []) => ({
  devices,
  labels: labels.map(([label, values]) => ({ label, values })),
  metrics,
});
const device = { deviceId: 'gh-1', labels: { site: 'north' } };

test.each([
  [scope([]), true],
  [scope(['gh-*']), true],
  [scope(['attic', 'gh-?']), false],
  [scope(['GH-1']), false],
  [scope([], [['site', ['south', 'n*']]]), true],
  [scope([], [['site', ['south']]]), false],
  [scope([], [['floor', ['*']]]), false],
  [scope([], [['constructor', ['*']]]), false],
  [scope([], [['', []]]), true],
  [scope(['gh-*'], [['site', ['south']]]), false],
])('%j watches the device: %s', (of, watches) => {
  expect(watchesDevice(of, device)).toBe(watches);
});

test.each([
  [[], true],
  [['temp*'], true],
  [['humidity'], false],
])('the metrics %j hold temperature: %s', (metrics, watches) => {
  expect(watchesMetric(scope([], [], metrics), 'temperature')).toBe(watches);
});

test.each([
  [[], ''],
  [['*'], ''],
  [['gh-*'], 'gh-'],
  [['*-gh-1*'], '-gh-1'],
  [['gh-1', 'gh-2'], ''],
])('of the patterns %j all have %j', (devices, text) => {
  expect(commonPart(scope(devices))).toBe(text);
});
