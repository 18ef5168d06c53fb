import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { AckQueue } from './ack-queue.js';

function fill(count: number): {
  queue: AckQueue;
  acked: (number | string)[];
  settle: (index: number, error?: Error) => void;
} {
  const queue = new AckQueue();
  const acked: (number | string)[] = [];
  const slots = Array.from({ length: count }, (_, index) =>
    queue.add((error) => acked.push(error ? `${index}: ${error.message}` : index)),
  );
  return {
    queue,
    acked,
    settle: (index, error) => {
      const slot = slots[index];
      if (slot) queue.settle(slot, error);
    },
  };
}

describe('AckQueue', () => {
  test('acknowledges in order of arrival, in whatever order Kafka takes the records', () => {
    const order = fc.integer({ min: 1, max: 60 }).chain((n) =>
      fc.shuffledSubarray(
        Array.from({ length: n }, (_, i) => i),
        { minLength: n },
      ),
    );
    fc.assert(
      fc.property(order, (indexes) => {
        const { queue, acked, settle } = fill(indexes.length);
        for (const index of indexes) settle(index);
        expect(acked).toEqual(Array.from({ length: indexes.length }, (_, i) => i));
        expect(queue.size).toBe(0);
      }),
    );
  });

  test('after a failure nothing more is acknowledged', () => {
    const { acked, settle, queue } = fill(4);
    settle(3);
    settle(1, new Error('deadline'));
    expect(acked).toEqual([]);
    settle(0);
    expect(acked).toEqual([0, '1: deadline']);
    settle(2);
    expect(acked).toEqual([0, '1: deadline']);
    expect(queue.isBroken).toBe(true);
  });

  test('a publish that is refused at once closes the connection, once', () => {
    const { acked, settle, queue } = fill(1);
    queue.fail((error) => acked.push(String(error?.message)), new Error('full'));
    queue.fail((error) => acked.push(String(error?.message)), new Error('again'));
    settle(0);
    expect(acked).toEqual(['full']);
  });

  test('a slot added while another is acknowledged keeps its place', () => {
    const queue = new AckQueue();
    const acked: string[] = [];
    const first = queue.add(() => {
      acked.push('first');
      queue.settle(queue.add(() => acked.push('third')));
    });
    const second = queue.add(() => acked.push('second'));
    queue.settle(second);
    queue.settle(first);
    expect(acked).toEqual(['first', 'second', 'third']);
  });
});
