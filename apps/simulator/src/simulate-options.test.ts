import { describe, expect, test } from '@jest/globals';
import { UsageError } from './option-values.js';
import { parseSimulateOptions } from './simulate-options.js';

test('nothing is needed', () => {
  expect(parseSimulateOptions([])).toEqual({
    url: 'mqtt://127.0.0.1:1883',
    devices: 36,
    seed: 1,
    prefix: 'sim',
    rate: 1,
    durationMs: undefined,
    historyMs: 0,
    zoneOffsetMs: 0,
    username: undefined,
    families: false,
  });
});

test.each<[string[], object]>([
  [['--devices', '40', '--seed', '7', '--rate', '2.5'], { devices: 40, seed: 7, rate: 2.5 }],
  [['--duration', '90s'], { durationMs: 90_000 }],
  [['--duration', '1.5m'], { durationMs: 90_000 }],
  [['--history', '24h'], { historyMs: 86_400_000 }],
  [['--families'], { families: true }],
  [['--history', '7d'], { historyMs: 604_800_000 }],
  [['--url', 'mqtts://broker.example', '--username', 'a'], { url: 'mqtts://broker.example', username: 'a' }],
  [['--prefix', 'load', '--zone-offset=-08:00'], { prefix: 'load', zoneOffsetMs: -28_800_000 }],
])('%j', (argv, expected) => {
  expect(parseSimulateOptions(argv)).toMatchObject(expected);
});

describe('wrong usage is told in one sentence', () => {
  test.each([
    ['--devices', '0'],
    ['--devices', '5001'],
    ['--devices', 'many'],
    ['--seed', '-1'],
    ['--rate', '0'],
    ['--rate', '1001'],
    ['--duration', '10'],
    ['--duration', '0s'],
    ['--duration', '25d'],
    ['--history', '31d'],
    ['--history', 'day'],
    ['--prefix', 'a/b'],
    ['--prefix', ''],
    ['--zone-offset', 'CET'],
    ['--url', 'http://127.0.0.1'],
    ['--speed', '1'],
  ])('%s %s', (option, value) => {
    const argv = [`${option}=${value}`];
    expect(() => parseSimulateOptions(argv)).toThrow(UsageError);
    expect(() => parseSimulateOptions(argv)).toThrow(option);
  });
});

test('--help wins', () => {
  expect(parseSimulateOptions(['--devices', '0', '--help'])).toBe('help');
});
