import { type RequestOf } from '../../protocol/api.js';
import { ERROR } from '../../protocol/error-codes.js';
import { createPartitions } from '../../protocol/messages/create-partitions.js';
import { type Broker } from '../broker.js';
import { answer, type Handler } from '../handler.js';
import { RequestRefusal, verdictOf } from '../request-refusal.js';
import { isInternal } from '../topic-name.js';
import { checkAssignments, checkRoom } from '../topic-plan.js';

type WantedTopic = RequestOf<typeof createPartitions>['topics'][number];

export const createPartitionsHandler = (broker: Broker): Handler =>
  answer(createPartitions, ({ topics, validateOnly }) =>
    broker.topicChanges.take(async () => {
      const results = [];
      for (const wanted of topics) {
        const verdict = await verdictOf(broker, `adding partitions to topic ${wanted.name}`, async () => {
          check(broker, wanted);
          if (!validateOnly) await broker.topics.addPartitions(wanted.name, wanted.count);
        });
        results.push({ name: wanted.name, ...verdict });
      }
      return { throttleTimeMs: 0, results };
    }),
  );

function check(broker: Broker, { name, count, assignments }: WantedTopic): void {
  const topic = broker.topics.get(name);
  if (!topic) {
    throw new RequestRefusal(
      ERROR.unknownTopicOrPartition,
      'This server does not host this topic-partition.',
    );
  }
  if (isInternal(name)) throw new RequestRefusal(ERROR.policyViolation, `${name} is the log's own`);
  const there = topic.partitions.length;
  if (count <= there) {
    throw new RequestRefusal(
      ERROR.invalidPartitions,
      `The topic ${name} currently has ${there} partition(s); ${count} would not be an increase.`,
    );
  }
  if (assignments) {
    if (assignments.length !== count - there) {
      throw new RequestRefusal(
        ERROR.invalidReplicaAssignment,
        `${count - there} partition(s) are to be added, but ${assignments.length} assigned`,
      );
    }
    checkAssignments(assignments.map(({ brokerIds }) => brokerIds));
  }
  checkRoom(broker, count - there);
}
