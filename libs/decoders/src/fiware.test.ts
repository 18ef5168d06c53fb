import { expect, test } from '@jest/globals';
import type { DecodeResult } from './decoder.js';
import { fiware } from './fiware.js';

const NOW = Date.UTC(2026, 10, 21, 12);

/** `device metric = value at milliseconds after NOW`. */
function readings(result: DecodeResult): string[] {
  if (result.kind !== 'decoded') return [result.kind === 'rejected' ? result.reason : result.kind];
  return result.telemetry.flatMap(({ deviceId, samples }) =>
    samples.flatMap(({ timeMs, values }) =>
      [...values].map(
        ([metric, value]) => `${deviceId} ${metric} = ${JSON.stringify(value)} at ${timeMs - NOW}`,
      ),
    ),
  );
}

test.each([
  ['/json/key/dev/attrs', '{"a":1}', true],
  ['json/key/dev/attrs/a', '1', true],
  ['/json/key/dev/cmdexe', '{}', true],
  ['/json/key/dev/configuration/commands', '{}', true],
  ['/key/dev/attrs', '{"a":1}', true],
  ['/key/dev/attrs', '[{"a":1}]', true],
  // UltraLight.
  ['/key/dev/attrs', 't|15|k|abc', false],
  ['/ul/key/dev/attrs', 't|15', false],
  ['/key/dev/cmd', '{}', false],
  ['key/dev/attrs', '{"a":1}', false],
  ['/json/key/dev/other', '{}', false],
  ['/json/key/dev/attrs/a/b', '1', false],
  ['json', '{}', false],
])('%s %s is claimed: %s', (topic, payload, claimed) => {
  expect(fiware.claims(topic.split('/'), Buffer.from(payload), undefined)).toBe(claimed);
});

test.each([
  [
    'attrs',
    '{"TimeInstant":"2026-11-21T11:59:00Z","t":"23","h":"45%","id":"007"}',
    ['dev t = 23 at -60000', 'dev h = "45%" at -60000', 'dev id = "007" at -60000'],
  ],
  ['attrs', '[{"t":1},{"t":2}]', ['dev t = 1 at 0', 'dev t = 2 at 1']],
  [
    'attrs',
    '{"t":{"type":"Number","value":21.5},"l":[1,2]}',
    ['dev t = 21.5 at 0', 'dev l.0 = 1 at 0', 'dev l.1 = 2 at 0'],
  ],
  ['attrs/t', 'hello', ['dev t = "hello" at 0']],
  ['attrs/t', '[1,2]', ['dev t.0 = 1 at 0', 'dev t.1 = 2 at 0']],
  [
    'attrs/t',
    '[{"timestamp":"2026-11-21T11:59:00Z","value":5},{"value":"6"}]',
    ['dev t = 5 at -60000', 'dev t = 6 at 0'],
  ],
  ['attrs', '{"t":', ['invalid-json']],
  ['attrs', '5', ['not-an-object']],
  ['attrs', '[]', ['no-values']],
  ['attrs', '{"TimeInstant":"soon","t":1}', ['invalid-timestamp']],
  ['attrs', '{"__proto__":1}', ['invalid-metric-name']],
  ['attrs', `[${'{},'.repeat(10_000)}{}]`, ['too-many-samples']],
  ['attrs/t', '', ['empty-payload']],
  ['cmdexe', '{"ping":"ok"}', ['ignored']],
])('%s %s', (path, payload, expected) => {
  const topic = `/json/key/dev/${path}`;
  const result = fiware.decode({
    topic,
    levels: topic.split('/'),
    payload: Buffer.from(payload),
    receivedAtMs: NOW,
  });
  expect(readings(result)).toEqual(expected);
});
