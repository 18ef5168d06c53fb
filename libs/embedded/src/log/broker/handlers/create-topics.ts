import { type RequestOf, type ResponseOf } from '../../protocol/api.js';
import { ERROR } from '../../protocol/error-codes.js';
import { createTopics } from '../../protocol/messages/create-topics.js';
import { type Broker } from '../broker.js';
import { topicConfigEntries } from '../config-entries.js';
import { answer, type Handler } from '../handler.js';
import { RequestRefusal, verdictOf } from '../request-refusal.js';
import { planTopic, type TopicPlan } from '../topic-plan.js';

type WantedTopic = RequestOf<typeof createTopics>['topics'][number];
type Outcome = ResponseOf<typeof createTopics>['topics'][number];

export const createTopicsHandler = (broker: Broker): Handler =>
  answer(createTopics, ({ topics, validateOnly }) =>
    broker.topicChanges.take(async () => {
      const names = topics.map(({ name }) => name);
      const repeated = new Set(names.filter((name, i) => names.indexOf(name) !== i));
      const outcomes: Outcome[] = [];
      for (const wanted of topics) {
        const isRepeated = repeated.has(wanted.name);
        if (isRepeated && outcomes.some(({ name }) => name === wanted.name)) continue;
        outcomes.push(await create(broker, wanted, { isRepeated, validateOnly }));
      }
      return { throttleTimeMs: 0, topics: outcomes };
    }),
  );

async function create(
  broker: Broker,
  wanted: WantedTopic,
  { isRepeated, validateOnly }: { readonly isRepeated: boolean; readonly validateOnly: boolean },
): Promise<Outcome> {
  let plan: TopicPlan | undefined;
  const verdict = await verdictOf(broker, `creating topic ${wanted.name}`, async () => {
    if (isRepeated) throw new RequestRefusal(ERROR.invalidRequest, 'Duplicate topic name.');
    const planned = planTopic(broker, wanted);
    if (!validateOnly) await broker.topics.create(planned.name, planned.partitions, planned.config);
    plan = planned;
  });
  return {
    name: wanted.name,
    ...verdict,
    topicConfigErrorCode: ERROR.none,
    numPartitions: plan?.partitions ?? -1,
    replicationFactor: plan ? 1 : -1,
    configs: plan ? topicConfigEntries(plan.config) : [],
  };
}
