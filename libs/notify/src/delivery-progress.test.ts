import { describe, expect, test } from '@jest/globals';
import { DeliveryProgress, sendParts } from './delivery-progress.js';

describe('sendParts', () => {
  const keyOf = String;

  test('sends each part once over several attempts', async () => {
    const taken = new Set<string>();
    const sent: number[] = [];
    let isDown = true;
    const items = [1, 2, 3, 4, 5, 6];
    const send = async (item: number): Promise<void> => {
      if (item === 3 && isDown) throw new Error('down');
      sent.push(item);
    };
    await expect(sendParts({ items, keyOf, send, concurrency: 1 }, taken)).rejects.toThrow('down');
    expect(sent).toEqual([1, 2]);
    isDown = false;
    await sendParts({ items, keyOf, send, concurrency: 1 }, taken);
    expect(sent).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test('has no more under way than it may, and waits for all', async () => {
    let now = 0;
    let most = 0;
    const send = async (): Promise<void> => {
      most = Math.max(most, ++now);
      await new Promise(setImmediate);
      now--;
    };
    await sendParts({ items: [1, 2, 3, 4, 5, 6, 7], keyOf, send, concurrency: 3 }, new Set());
    expect({ now, most }).toEqual({ now: 0, most: 3 });
  });
});

test('DeliveryProgress keeps a bounded number of messages, the newest', () => {
  const progress = new DeliveryProgress(2);
  progress.of('a').add('1');
  progress.of('b').add('2');
  progress.of('c').add('3');
  expect([...progress.of('b')]).toEqual(['2']);
  expect([...progress.of('c')]).toEqual(['3']);
  expect([...progress.of('a')]).toEqual([]);
  progress.forget('c');
  expect([...progress.of('c')]).toEqual([]);
});
