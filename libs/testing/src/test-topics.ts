import { randomBytes } from 'node:crypto';
import { Kafka, logLevel } from 'kafkajs';
import { sharedBrokers } from './engines.js';

/** A prefix that no other test uses, fit for KAFKA_TOPIC_PREFIX. */
export function randomTopicPrefix(): string {
  return `t${randomBytes(5).toString('hex')}.`;
}

/** Deletes every topic whose name, and every consumer group whose ID, starts with the prefix. Nothing to delete is no fault. */
export async function deleteTopics(prefix: string, brokers = sharedBrokers()): Promise<void> {
  if (prefix.length < 4) throw new Error(`refusing to delete by the short prefix ${JSON.stringify(prefix)}`);
  const kafka = new Kafka({
    clientId: 'fieldstream-testing',
    brokers: brokers.split(','),
    logLevel: logLevel.NOTHING,
  });
  const admin = kafka.admin();
  await admin.connect();
  try {
    const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(prefix));
    if (topics.length > 0) await admin.deleteTopics({ topics, timeout: 15_000 });
    const { groups } = await admin.listGroups();
    const own = groups.map((group) => group.groupId).filter((id) => id.startsWith(prefix));
    // A group that still has members cannot be deleted; it expires by itself.
    if (own.length > 0) await admin.deleteGroups(own).catch(() => {});
  } finally {
    await admin.disconnect();
  }
}
