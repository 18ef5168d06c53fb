import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { subscribedTopics } from './subscription.js';
import { subscription } from './testing/rig.js';

describe('subscriptions', () => {
  test('are read as consumers write them', () => {
    expect(subscribedTopics(subscription('telemetry.readings', 'ü', ''))).toEqual([
      'telemetry.readings',
      'ü',
      '',
    ]);
  });

  test('other bytes are no subscription, and no fault', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        expect(subscribedTopics(Buffer.from(bytes)).length).toBeLessThanOrEqual(32);
      }),
    );
    expect(subscribedTopics(subscription('a').subarray(0, 8))).toEqual([]);
  });
});
