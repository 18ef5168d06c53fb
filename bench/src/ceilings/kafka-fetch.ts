import { Kafka, logLevel } from 'kafkajs';
import { deleteTopics, randomTopicPrefix } from '@fieldstream/testing';
import type { Figure } from '../figure.js';
import { makeBatch, PARTITIONS } from './kafka-produce.js';

const BATCHES = 400;

/** Bare kafkajs that reads a topic from its beginning to its end, batch by batch, and does nothing with it. */
export async function measureKafkaFetch(brokers: string): Promise<Figure> {
  const prefix = randomTopicPrefix();
  const kafka = new Kafka({
    clientId: 'fieldstream-bench',
    brokers: brokers.split(','),
    logLevel: logLevel.ERROR,
  });
  const [admin, producer] = [kafka.admin(), kafka.producer({ allowAutoTopicCreation: false })];
  const consumer = kafka.consumer({ groupId: `${prefix}fetch` });
  await Promise.all([admin.connect(), producer.connect(), consumer.connect()]);
  try {
    const topic = `${prefix}fetch`;
    await admin.createTopics({ topics: [{ topic, numPartitions: PARTITIONS }], waitForLeaders: true });
    let records = 0;
    for (let batch = 0; batch < BATCHES; batch++) {
      const messages = makeBatch(batch);
      records += messages.length;
      await producer.sendBatch({ acks: -1, topicMessages: [{ topic, messages }] });
    }
    await consumer.subscribe({ topic, fromBeginning: true });
    let startMs = NaN;
    let read = 0;
    const elapsedS = await new Promise<number>((resolve, reject) => {
      consumer
        .run({
          partitionsConsumedConcurrently: 3,
          eachBatch: async ({ batch }) => {
            // From the first batch on: joining the group is another matter.
            if (Number.isNaN(startMs)) startMs = performance.now();
            else read += batch.messages.length;
            records -= batch.messages.length;
            if (records === 0) resolve((performance.now() - startMs) / 1_000);
          },
        })
        .catch(reject);
    });
    return { name: 'bare kafkajs fetch', value: read / elapsedS, unit: 'records/s', better: 'higher' };
  } finally {
    await Promise.allSettled([consumer.disconnect(), producer.disconnect(), admin.disconnect()]);
    await deleteTopics(prefix, brokers);
  }
}
