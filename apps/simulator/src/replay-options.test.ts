import { describe, expect, test } from '@jest/globals';
import { UsageError } from './option-values.js';
import { parseReplayOptions, type ReplayOptions } from './replay-options.js';

const NEEDED = ['--file', 'a.csv', '--device', 'pump'];

function parsed(...argv: string[]): ReplayOptions {
  return parseReplayOptions([...NEEDED, ...argv]) as ReplayOptions;
}

test('a file and a device are enough', () => {
  expect(parsed()).toEqual({
    file: 'a.csv',
    url: 'mqtt://127.0.0.1:1883',
    columns: {
      timeColumn: 'time',
      deviceColumn: undefined,
      device: 'pump',
      metrics: undefined,
      zoneOffsetMs: 0,
    },
    speed: 'max',
    window: 100,
    delimiter: ',',
    username: undefined,
  });
});

test('metrics, speed, delimiter', () => {
  expect(parsed('--metrics', 'a, b').columns.metrics).toEqual(['a', 'b']);
  expect(parsed('--speed', '60').speed).toBe(60);
  expect(parsed('--delimiter', '\\t').delimiter).toBe('\t');
});

test.each([
  ['Z', 0],
  ['+02:00', 7_200_000],
  ['-0800', -28_800_000],
  ['+05:45', 20_700_000],
  ['-03', -10_800_000],
])('zone offset %s', (text, expected) => {
  expect(parsed(`--zone-offset=${text}`).columns.zoneOffsetMs).toBe(expected);
});

describe('wrong usage is told in one sentence', () => {
  test.each([
    [['--device', 'a'], '--file is missing'],
    [['--file', 'a.csv'], 'one of --device and --device-column'],
    [[...NEEDED, '--device-column', 'd'], 'one of --device and --device-column'],
    [[...NEEDED, '--speed', '0'], '--speed'],
    [[...NEEDED, '--speed', 'fast'], '--speed'],
    [[...NEEDED, '--window', '0'], '--window'],
    [[...NEEDED, '--zone-offset', 'CET'], '--zone-offset'],
    [[...NEEDED, '--zone-offset', '+15:00'], '--zone-offset'],
    [[...NEEDED, '--url', '127.0.0.1:1883'], '--url'],
    [[...NEEDED, '--url', 'http://127.0.0.1'], '--url'],
    [[...NEEDED, '--delimiter', ''], '--delimiter'],
    [[...NEEDED, '--metrics', 'a,,b'], '--metrics'],
    [[...NEEDED, '--spede', '1'], '--spede'],
  ])('%j', (argv, message) => {
    expect(() => parseReplayOptions(argv)).toThrow(UsageError);
    expect(() => parseReplayOptions(argv)).toThrow(message);
  });
});

test('--help wins over what is missing', () => {
  expect(parseReplayOptions(['--help'])).toBe('help');
});
