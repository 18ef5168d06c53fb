import { ERROR } from '../../protocol/error-codes.js';
import { deleteTopics } from '../../protocol/messages/delete-topics.js';
import { type Broker } from '../broker.js';
import { answer, type Handler } from '../handler.js';
import { RequestRefusal, verdictOf } from '../request-refusal.js';
import { isInternal } from '../topic-name.js';

/** A topic's committed offsets go with it, and whoever waits for its records learns that it is gone. */
export const deleteTopicsHandler = (broker: Broker): Handler =>
  answer(deleteTopics, ({ topicNames }) =>
    broker.topicChanges.take(async () => {
      const responses = [];
      for (const name of topicNames) {
        const verdict = await verdictOf(broker, `deleting topic ${name}`, () => remove(broker, name));
        responses.push({ name, ...verdict });
      }
      return { throttleTimeMs: 0, responses };
    }),
  );

async function remove(broker: Broker, name: string): Promise<void> {
  if (!broker.topics.get(name)) {
    throw new RequestRefusal(
      ERROR.unknownTopicOrPartition,
      'This server does not host this topic-partition.',
    );
  }
  if (isInternal(name)) throw new RequestRefusal(ERROR.policyViolation, `${name} is the log's own`);
  await broker.topics.delete(name);
  broker.wakeUps.wake();
  await broker.groups.topicDeleted(name);
}
