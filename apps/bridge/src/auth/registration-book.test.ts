import { expect, test } from '@jest/globals';
import type { RegistryRecord } from '@fieldstream/wire';
import { RegistrationBook } from './registration-book.js';

const record = (state: RegistryRecord['state'], tokenHash = 'h'): RegistryRecord =>
  state === 'removed' ? { v: 1, deviceId: 'd', state } : { v: 1, deviceId: 'd', state, tokenHash };

test.each<[string, before: RegistryRecord[], RegistryRecord, changes: number]>([
  ['a registration', [], record('enabled'), 1],
  ['the same once more', [record('enabled')], record('enabled'), 0],
  ['another token', [record('enabled')], record('enabled', 'other'), 1],
  ['disabling', [record('enabled')], record('disabled'), 1],
  ['enabling', [record('disabled')], record('enabled'), 0],
  ['removing', [record('enabled')], record('removed'), 1],
  ['removing what is not there', [], record('removed'), 0],
])('%s', (_, before, next, changes) => {
  const changed: string[] = [];
  const book = new RegistrationBook((deviceId) => changed.push(deviceId));
  for (const earlier of before) book.apply(earlier);
  changed.length = 0;
  book.apply(next);
  expect(changed).toEqual(Array(changes).fill('d'));
  expect(book.find('d')).toEqual(
    next.state === 'removed'
      ? undefined
      : { isDisabled: next.state === 'disabled', tokenHash: next.tokenHash },
  );
  expect(book.size).toBe(next.state === 'removed' ? 0 : 1);
});

test('a device has a gateway until it has none', () => {
  const book = new RegistrationBook(() => {});
  book.apply({ v: 1, deviceId: 'd', state: 'enabled', tokenHash: 'h', gatewayId: 'hub' });
  expect(book.find('d')).toEqual({ isDisabled: false, tokenHash: 'h', gatewayId: 'hub' });
  book.apply(record('enabled'));
  expect(book.find('d')).toEqual({ isDisabled: false, tokenHash: 'h' });
});
