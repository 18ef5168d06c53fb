import { expect, test } from '@jest/globals';
import type { Decoded } from '@fieldstream/decoders';
import { ownPart } from './own-part.js';

const readings = (...ids: string[]): Decoded['telemetry'] =>
  ids.map((deviceId) => ({ deviceId, receivedAtMs: 0, samples: [] }));
const online = (...ids: string[]): NonNullable<Decoded['presence']> =>
  ids.map((deviceId) => ({ deviceId, state: 'online' }));
const decoded = (parts: Partial<Decoded>): Decoded => ({
  kind: 'decoded',
  telemetry: [],
  receivedTimeUsed: false,
  implausibleTimes: 0,
  ...parts,
});
const mayReport = (deviceId: string): boolean => deviceId.startsWith('own');
const state = [{ key: 'k', value: 1 }];

test.each<[string, Partial<Decoded>, isForeignTopic: boolean, string]>([
  ['own readings', { telemetry: readings('own') }, true, 'all'],
  ['readings of two own devices', { telemetry: readings('own', 'own2') }, true, 'all'],
  ['readings of another', { telemetry: readings('other') }, false, 'other'],
  ['readings of one that is not own', { telemetry: readings('own', 'other') }, false, 'other'],
  ['own presence', { presence: online('own') }, true, 'all'],
  ["others' presence", { presence: online('other', 'other2') }, false, 'other'],
  [
    'own readings and the presence of another',
    { telemetry: readings('own'), presence: online('other') },
    false,
    '0',
  ],
  ['the presence of some', { presence: online('other', 'own') }, false, '1'],
  ['state of nobody, on an own topic', { state }, false, 'all'],
  ['state of nobody, on any topic', { state }, true, 'devices that are not its own'],
])('%s', (_, parts, isForeignTopic, expected) => {
  const result = decoded(parts);
  const part = ownPart(result, { mayReport, isForeignTopic });
  if ('foreign' in part) expect(part.foreign).toBe(expected);
  else if (part === result) expect(expected).toBe('all');
  else expect(String(part.presence?.length)).toBe(expected);
  expect(ownPart(result, {})).toBe(result);
});
