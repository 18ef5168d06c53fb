import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { eventually } from '@fieldstream/testing';
import { RequestFault, type Dispatcher } from './dispatch.js';
import { FaultLog } from './fault-log.js';
import { DEFAULT_LOG_LIMITS, type LogLimits } from './limits.js';
import { ResponseMemory } from './response-memory.js';
import { LogServer } from './server.js';
import { memoryLogger } from './testing/memory-logger.js';
import { RawClient, rawRequest } from './testing/raw-client.js';

const PRODUCE = 0;
const OTHER = 3;

interface Begun {
  readonly correlationId: number;
  answer(bytes?: number): void;
  refuse(fault: Error): void;
  skip(): void;
}

/** Leaves it to the test when and with what each request is answered. */
class HeldDispatcher implements Dispatcher {
  readonly begun: Begun[] = [];
  answersAtOnce = false;

  mayOverlap(request: Buffer): boolean {
    return request.readInt16BE(0) === PRODUCE;
  }

  dispatch(request: Buffer): Promise<readonly Buffer[] | undefined> {
    const correlationId = request.readInt32BE(4);
    return new Promise((resolve, reject) => {
      const begun: Begun = {
        correlationId,
        answer: (bytes = 4) => resolve(responseOf(correlationId, bytes)),
        refuse: reject,
        skip: () => resolve(undefined),
      };
      this.begun.push(begun);
      if (this.answersAtOnce) begun.answer();
    });
  }

  get ids(): number[] {
    return this.begun.map(({ correlationId }) => correlationId);
  }
}

function responseOf(correlationId: number, bytes: number): Buffer[] {
  const response = Buffer.alloc(4 + bytes);
  response.writeInt32BE(bytes, 0);
  response.writeInt32BE(correlationId, 4);
  return [response.subarray(0, 6), response.subarray(6)];
}

let dispatcher: HeldDispatcher;
let server: LogServer;
let responses: ResponseMemory;
let faults: FaultLog;
let lines: ReturnType<typeof memoryLogger>['lines'];
let port: number;
const clients: RawClient[] = [];

async function start(limits: Partial<LogLimits> = {}): Promise<void> {
  const all = { ...DEFAULT_LOG_LIMITS, ...limits };
  const memory = memoryLogger();
  lines = memory.lines;
  dispatcher = new HeldDispatcher();
  responses = new ResponseMemory(all);
  faults = new FaultLog(memory.logger);
  server = new LogServer({ limits: all, dispatcher, responses, faults });
  port = await server.listen('127.0.0.1', 0);
}

async function client(): Promise<RawClient> {
  const raw = await RawClient.connect(port);
  clients.push(raw);
  return raw;
}

const request = (correlationId: number, apiKey = OTHER, bytes = 0): Buffer =>
  rawRequest({ apiKey, apiVersion: 0, correlationId }, Buffer.alloc(bytes));
const idsOf = (frames: Buffer[]): number[] => frames.map((frame) => frame.readInt32BE(0));
const begun = (count: number): Promise<unknown> =>
  eventually(() => dispatcher.begun.length >= count, { everyMs: 5, what: `${count} requests begun` });

beforeEach(() => {
  clients.length = 0;
});
afterEach(async () => {
  for (const raw of clients) raw.destroy();
  await server.close();
});

test('a request begins when the one before it has been answered', async () => {
  await start();
  const raw = await client();
  raw.send(request(1), request(2), request(3));
  await begun(1);
  for (const id of [1, 2, 3]) {
    await begun(id);
    expect(dispatcher.ids).toEqual([1, 2, 3].slice(0, id));
    dispatcher.begun[id - 1]?.answer();
  }
  expect(idsOf(await raw.received(3))).toEqual([1, 2, 3]);
});

test('Produces begin together, and are answered in their order', async () => {
  await start();
  const raw = await client();
  raw.send(request(1, PRODUCE), request(2, PRODUCE), request(3, PRODUCE), request(4), request(5, PRODUCE));
  await begun(3);
  expect(dispatcher.ids).toEqual([1, 2, 3]);
  dispatcher.begun[2]?.answer();
  dispatcher.begun[1]?.skip();
  dispatcher.begun[0]?.answer();
  await begun(4);
  expect(idsOf(await raw.received(2))).toEqual([1, 3]);
  expect(dispatcher.ids).toEqual([1, 2, 3, 4]);
  dispatcher.begun[3]?.answer();
  await begun(5);
  dispatcher.begun[4]?.answer();
  expect(idsOf(await raw.received(4))).toEqual([1, 3, 4, 5]);
});

test('a fault closes the connection after the answers to what came before', async () => {
  await start();
  const raw = await client();
  raw.send(request(1, PRODUCE), request(2, PRODUCE), request(3, PRODUCE));
  await begun(3);
  dispatcher.begun[1]?.refuse(new RequestFault('malformed-request', 'nonsense'));
  dispatcher.begun[2]?.answer();
  dispatcher.begun[0]?.answer();
  await raw.closed();
  expect(idsOf(raw.frames())).toEqual([1]);
  expect(faults.count('malformed-request')).toBe(1);
});

test.each([
  ['a negative size', Buffer.from([0xff, 0xff, 0xff, 0xff]), 'malformed-request'],
  ['nothing in it', Buffer.alloc(4), 'malformed-request'],
  ['more than is allowed', Buffer.from([0x7f, 0xff, 0xff, 0xff]), 'oversized-request'],
  ['the start of HTTP', Buffer.from('POST /topics HTTP/1.1\r\n\r\n'), 'oversized-request'],
] as const)(
  '%s closes the connection, what came before is answered, others go on',
  async (_, bytes, kind) => {
    await start();
    dispatcher.answersAtOnce = true;
    const [bad, good] = [await client(), await client()];
    bad.send(request(1), bytes);
    await bad.closed();
    expect(idsOf(bad.frames())).toEqual([1]);
    good.send(request(2));
    expect(idsOf(await good.received(1))).toEqual([2]);
    expect(faults.count(kind)).toBe(1);
  },
);

test('a client that goes on with nothing after a partial request is disconnected', async () => {
  await start({ partialRequestMs: 200 });
  dispatcher.answersAtOnce = true;
  const [stalled, good] = [await client(), await client()];
  stalled.send(request(1).subarray(0, 7));
  await stalled.closed();
  expect(faults.count('stalled-request')).toBe(1);
  good.send(request(2));
  expect(idsOf(await good.received(1))).toEqual([2]);
});

test('a client without traffic is disconnected without a word, unless it waits for an answer', async () => {
  await start({ idleConnectionMs: 200 });
  const [idle, waiting] = [await client(), await client()];
  waiting.send(request(1));
  await begun(1);
  await idle.closed();
  expect(waiting.isClosed).toBe(false);
  dispatcher.begun[0]?.answer();
  expect(idsOf(await waiting.received(1))).toEqual([1]);
  expect(lines).toEqual([]);
});

test('a client that never reads is not read from either, and does not hold up another', async () => {
  await start();
  const [deaf, good] = [await client(), await client()];
  deaf.socket.pause();
  for (let id = 1; id <= 50; id++) deaf.send(request(id));
  // Far more than the kernel takes for a client that does not read.
  for (let id = 1; server.connections > 0 && responses.unsentBytes < 4_000_000; id++) {
    await begun(id);
    dispatcher.begun[id - 1]?.answer(8_000_000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  const begunByDeaf = dispatcher.begun.length;
  expect(begunByDeaf).toBeLessThan(10);
  dispatcher.answersAtOnce = true;
  for (let id = 101; id <= 300; id++) good.send(request(id));
  expect(await good.received(200)).toHaveLength(200);
  expect(dispatcher.begun.length).toBe(begunByDeaf + 200);
  expect(responses.unsentBytes).toBeLessThan(16_000_000);
  deaf.destroy();
  await eventually(() => responses.unsentBytes === 0, { what: 'the memory of the gone client' });
});

test('while memory for responses is scarce, a client that does not read is disconnected', async () => {
  await start({ maxUnsentBytes: 4_000_000, stalledReaderMs: 300 });
  const deaf = await client();
  deaf.socket.pause();
  deaf.send(request(1));
  await begun(1);
  dispatcher.begun[0]?.answer(16_000_000);
  await eventually(() => faults.count('stalled-reader') === 1, { what: 'the disconnection' });
  await eventually(() => responses.unsentBytes === 0 && server.connections === 0, { what: 'its memory' });
});

test('no more requests are read ahead than allowed', async () => {
  await start({ maxPipelinedRequests: 3 });
  const raw = await client();
  for (let id = 1; id <= 40; id++) raw.send(request(id, PRODUCE, 200_000));
  await begun(3);
  // What is written and not read by the other side stays in the kernels' buffers and here.
  await eventually(() => raw.socket.writableLength > 0, { what: 'back-pressure' });
  expect(dispatcher.ids).toEqual([1, 2, 3]);
  dispatcher.answersAtOnce = true;
  for (const one of dispatcher.begun.slice(0, 3)) one.answer();
  expect(idsOf(await raw.received(40))).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
});

test('large unfinished requests cannot hold up others beyond the bound of memory', async () => {
  await start({ maxHeldRequestBytes: 4_000_000 });
  dispatcher.answersAtOnce = true;
  const hostile = await Promise.all([client(), client(), client()]);
  for (const raw of hostile) raw.send(request(1, PRODUCE, 3_000_000).subarray(0, 2_900_000));
  await eventually(() => server.heldRequestBytes >= 4_000_000, { what: 'the bound' });
  const good = await client();
  good.send(request(2, PRODUCE, 2_000_000));
  good.send(request(3));
  expect(idsOf(await good.received(2))).toEqual([2, 3]);
  const small = await client();
  small.send(request(4));
  expect(idsOf(await small.received(1))).toEqual([4]);
  expect(faults.count('memory')).toBeGreaterThan(0);
  expect(server.heldRequestBytes).toBeLessThan(7_000_000);
});

test('at the bound, a connection that never sent a request makes room; one in use does not', async () => {
  await start({ maxConnections: 2 });
  dispatcher.answersAtOnce = true;
  const [one, two] = [await client(), await client()];
  for (const raw of [one, two]) raw.send(request(1));
  await Promise.all([one.received(1), two.received(1)]);
  const refused = await client();
  await refused.closed();
  expect(faults.count('connections')).toBe(1);
  one.destroy();
  await eventually(() => server.connections === 1, { what: 'the end of the first' });
  const next = await client();
  next.send(request(5));
  expect(idsOf(await next.received(1))).toEqual([5]);
});

test('closing answers what has begun, and nothing else', async () => {
  await start();
  const [raw, idle] = [await client(), await client()];
  raw.send(request(1), request(2));
  await begun(1);
  const closing = server.close();
  dispatcher.begun[0]?.answer();
  await closing;
  await Promise.all([raw.closed(), idle.closed()]);
  expect(idsOf(raw.frames())).toEqual([1]);
  expect(dispatcher.ids).toEqual([1]);
  await expect(RawClient.connect(port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('closing does not wait for a request for ever', async () => {
  await start({ closeGraceMs: 100 });
  const raw = await client();
  raw.send(request(1));
  await begun(1);
  await server.close();
  await raw.closed();
});

test.each([
  ['a port in use', '127.0.0.1', () => port, /port \d+ on 127.0.0.1 is in use by another process/],
  ['a foreign address', '192.0.2.1', () => 0, /192.0.2.1 is not an address of this machine/],
])('%s is named, with what to do', async (_, host, at, message) => {
  await start();
  const second = new LogServer({ limits: DEFAULT_LOG_LIMITS, dispatcher, responses, faults });
  await expect(second.listen(host, at())).rejects.toMatchObject({
    name: 'EmbeddedError',
    code: 'port-unavailable',
    message: expect.stringMatching(message),
  });
});
