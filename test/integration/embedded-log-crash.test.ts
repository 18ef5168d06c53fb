import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Consumer, Kafka, logLevel, type Producer } from 'kafkajs';
import { eventually, hash32, startEngine, type EngineProcess } from '@fieldstream/testing';

/** All of them where time is no matter; each takes a start of Node. */
const KILLS = process.env['CI'] ? 20 : 10;
const PARTITIONS = 6;
const LANES = 8;
const RECORDS_PER_BATCH = 20;
const TOPIC = 'ledger';

/** Bytes of a record, the same whenever they are made, of a length of its own. */
function valueOf(id: string): Buffer {
  const seed = Buffer.from(id).reduce((sum, byte) => (sum * 31 + byte) >>> 0, 7);
  const value = Buffer.alloc(50 + (hash32(seed, 0, 0, 0) % 2_000));
  for (let at = 0; at + 4 <= value.length; at += 4) value.writeUInt32BE(hash32(seed, at, 0, 0) >>> 0, at);
  return value;
}

let log: EngineProcess;
let kafka: Kafka;

beforeAll(async () => {
  log = await startEngine('log');
  kafka = new Kafka({ clientId: 'crash-test', brokers: [log.address], logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic: TOPIC, numPartitions: PARTITIONS }] });
  await admin.disconnect();
}, 60_000);
afterAll(() => log.remove(), 60_000);

test(`${KILLS} kills in mid-write lose and change nothing that was acknowledged`, async () => {
  const acked = new Map<string, { partition: number; offset: number }>();
  const stop = new AbortController();
  const producers = Array.from({ length: LANES }, (_, lane) => produce(lane, acked, stop.signal));
  for (let kill = 0; kill < KILLS; kill++) {
    const before = acked.size;
    // Mid-write: some batches of this life are acknowledged, and others are on their way.
    await eventually(() => acked.size > before + (hash32(1, kill, 0, 0) % 40) * RECORDS_PER_BATCH, {
      timeoutMs: 30_000,
      everyMs: 1,
      what: `acknowledgements before kill ${kill + 1}`,
    });
    await log.takeAway('SIGKILL');
    await log.bringBack();
  }
  stop.abort();
  await Promise.all(producers);

  const found = await readAll();
  const changed = [...found.values()].filter((record) => !record.value.equals(valueOf(record.id)));
  expect(changed.map(({ id }) => id)).toEqual([]);
  const lost = [...acked].filter(([id, { partition, offset }]) => {
    const record = found.get(`${partition}/${offset}`);
    return record?.id !== id;
  });
  expect(lost).toEqual([]);
  expect(acked.size).toBeGreaterThan(KILLS * RECORDS_PER_BATCH);
}, 300_000);

/** Sends batch after batch, and notes what was acknowledged and where; what fails is not sent again. */
async function produce(
  lane: number,
  acked: Map<string, { partition: number; offset: number }>,
  signal: AbortSignal,
): Promise<void> {
  let producer: Producer | undefined;
  for (let batch = 0; !signal.aborted; batch++) {
    const partition = hash32(lane, batch, 0, 0) % PARTITIONS;
    const ids = Array.from({ length: RECORDS_PER_BATCH }, (_, index) => `${lane}-${batch}-${index}`);
    try {
      producer ??= await connect();
      const [result] = await producer.send({
        topic: TOPIC,
        acks: -1,
        timeout: 5_000,
        messages: ids.map((id) => ({ key: id, value: valueOf(id), partition })),
      });
      const first = Number(result?.baseOffset);
      for (const [index, id] of ids.entries()) acked.set(id, { partition, offset: first + index });
    } catch {
      await producer?.disconnect().catch(() => {});
      producer = undefined;
    }
  }
  await producer?.disconnect();
}

async function connect(): Promise<Producer> {
  const producer = kafka.producer({
    allowAutoTopicCreation: false,
    retry: { retries: 0, initialRetryTime: 20, maxRetryTime: 100 },
  });
  await producer.connect();
  return producer;
}

interface Found {
  readonly id: string;
  readonly value: Buffer;
}

/** Every record of the topic, by partition and offset. */
async function readAll(): Promise<Map<string, Found>> {
  const admin = kafka.admin();
  await admin.connect();
  const ends = await admin.fetchTopicOffsets(TOPIC);
  await admin.disconnect();
  const open = new Map(
    ends.flatMap(({ partition, high, low }) => (high === low ? [] : [[partition, Number(high)] as const])),
  );
  const found = new Map<string, Found>();
  const consumer: Consumer = kafka.consumer({ groupId: 'reader' });
  await consumer.connect();
  try {
    await consumer.subscribe({ topic: TOPIC, fromBeginning: true });
    await consumer.run({
      eachMessage: async ({ partition, message }) => {
        found.set(`${partition}/${message.offset}`, {
          id: message.key?.toString() ?? '',
          value: message.value ?? Buffer.alloc(0),
        });
        if (Number(message.offset) + 1 >= (open.get(partition) ?? 0)) open.delete(partition);
      },
    });
    await eventually(() => open.size === 0, {
      timeoutMs: 60_000,
      everyMs: 20,
      what: 'the end of every partition',
    });
  } finally {
    await consumer.disconnect();
  }
  return found;
}
