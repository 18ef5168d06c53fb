import { describe, expect, test } from '@jest/globals';
import { ClientLimits } from './client-limits.js';

const limits = (): ClientLimits =>
  new ClientLimits(
    {
      keepaliveMinSeconds: 5,
      keepaliveMaxSeconds: 3_600,
      maxTopicBytes: 20,
      maxTopicLevels: 4,
      maxClientIdLength: 23,
      maxFilters: 2,
    },
    { warn: () => {} },
    () => 0,
  );

describe('a CONNECT', () => {
  test.each([
    ['an ordinary one', { clientId: 'c', clean: true, keepalive: 60 }, undefined],
    ['an empty client ID with a clean session', { clientId: '', clean: true }, undefined],
    ['an empty client ID without', { clientId: '', clean: false }, 'client-id'],
    ['a client ID of one character more', { clientId: 'c'.repeat(24), clean: true }, 'client-id'],
    ['U+0000', { clientId: 'a\u0000b', clean: true }, 'client-id'],
    ['U+0085', { clientId: 'a\u0085b', clean: true }, 'client-id'],
    ['a keep-alive that is too short', { clientId: 'c', keepalive: 4 }, 'keepalive'],
    ['none', { clientId: 'c', keepalive: 0 }, undefined],
    ['a will that is too deep', { clientId: 'c', will: { topic: 'a/b/c/d/e' } }, 'will-topic'],
  ])('%s', (_, request, reason) => {
    expect(limits().connectFault(request)?.reason).toBe(reason);
  });

  test.each([
    [undefined, 3_600],
    [0, 3_600],
    [60, 60],
    [65_535, 3_600],
  ])('a keep-alive of %p counts as %i', (asked, seconds) => {
    expect(limits().keepaliveOf(asked)).toBe(seconds);
  });
});

test.each([
  ['a/b/c/d', true],
  ['a/b/c/d/', false],
  ['////', false],
  ['t'.repeat(20), true],
  ['t'.repeat(21), false],
  ['é'.repeat(10), true],
  ['é'.repeat(11), false],
])('the topic %s', (topic, isFine) => {
  expect(limits().topicFault(topic) === undefined).toBe(isFine);
});

test('filters are bounded by client; the same one again counts once', () => {
  const bounds = limits();
  const [one, other] = [{}, {}];
  expect(['a', 'b', 'c', 'a'].map((filter) => bounds.maySubscribe(one, filter))).toEqual([
    true,
    true,
    false,
    true,
  ]);
  expect(bounds.maySubscribe(other, 'c')).toBe(true);
  bounds.unsubscribed(one, ['a', 'x']);
  expect(bounds.maySubscribe(one, 'c')).toBe(true);
  expect(bounds.filtersRefused).toBe(1);
});
