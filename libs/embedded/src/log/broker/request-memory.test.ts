import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { RequestMemory, type RequestHolder } from './request-memory.js';

const KIB = 1024;

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

class Holder implements RequestHolder {
  idleBytes = 0;
  resumed = 0;
  evicted = 0;

  constructor(private readonly memory: RequestMemory) {}

  receive(bytes: number): boolean {
    this.idleBytes += bytes;
    this.memory.hold(this, bytes);
    return this.memory.mayReadOn(this);
  }

  resumeReading(): void {
    this.resumed++;
  }

  evict(): void {
    this.evicted++;
    const bytes = this.idleBytes;
    this.idleBytes = 0;
    this.memory.leave(this, bytes);
  }
}

function make(): { memory: RequestMemory; holder: () => Holder } {
  const memory = new RequestMemory({ maxBytes: 1_000 * KIB, stallMs: 2_000 });
  return { memory, holder: () => new Holder(memory) };
}

test('below the bound everybody reads', () => {
  const { memory, holder } = make();
  expect(holder().receive(500 * KIB)).toBe(true);
  expect(holder().receive(400 * KIB)).toBe(true);
  expect(memory.usedBytes).toBe(900 * KIB);
});

test('at the bound a large request waits until work on others has given its bytes free', () => {
  const { memory, holder } = make();
  const working = holder();
  working.receive(900 * KIB);
  working.idleBytes = 0;
  memory.begin(900 * KIB);
  const waiting = holder();
  expect(waiting.receive(100 * KIB)).toBe(false);
  memory.end(900 * KIB);
  memory.release(900 * KIB);
  expect(waiting.resumed).toBe(1);
  expect(memory.usedBytes).toBe(100 * KIB);
});

test('where nobody works, the first that waits reads beyond the bound, and then the next', () => {
  const { memory, holder } = make();
  const [first, second] = [holder(), holder()];
  first.receive(600 * KIB);
  expect(second.receive(500 * KIB)).toBe(true);
  expect(first.receive(100 * KIB)).toBe(false);
  expect(first.resumed).toBe(0);
  expect(second.receive(100 * KIB)).toBe(true);
  // `second` is the one beyond the bound now; it completes its request, which is answered.
  memory.completed(second);
  second.idleBytes = 0;
  memory.begin(700 * KIB);
  memory.end(700 * KIB);
  memory.release(700 * KIB);
  expect(first.resumed).toBe(1);
});

test('when nothing moves, the largest holder is evicted and the others read on', () => {
  const { holder } = make();
  const [large, small] = [holder(), holder()];
  large.receive(990 * KIB);
  expect(large.receive(20 * KIB)).toBe(true);
  expect(small.receive(70 * KIB)).toBe(false);
  jest.advanceTimersByTime(2_000);
  expect(large.evicted).toBe(1);
  expect(small.evicted).toBe(0);
  expect(small.resumed).toBe(1);
});

test('a waiting client that goes is forgotten', () => {
  const { memory, holder } = make();
  const [beyond, waiting] = [holder(), holder()];
  beyond.receive(1_000 * KIB);
  waiting.receive(70 * KIB);
  memory.leave(waiting, waiting.idleBytes);
  memory.leave(beyond, beyond.idleBytes);
  expect(memory.usedBytes).toBe(0);
  jest.advanceTimersByTime(60_000);
  expect(waiting.resumed + waiting.evicted + beyond.evicted).toBe(0);
});
