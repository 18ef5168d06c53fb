import { type RequestOf, type ResponseOf } from '../../protocol/api.js';
import { ERROR } from '../../protocol/error-codes.js';
import { describeConfigs } from '../../protocol/messages/describe-configs.js';
import { NODE_ID, type Broker } from '../broker.js';
import { brokerConfigEntries, topicConfigEntries, type ConfigEntry } from '../config-entries.js';
import { type Peer } from '../dispatch.js';
import { answer, type Handler } from '../handler.js';
import { RequestRefusal, verdictOf } from '../request-refusal.js';
import { RESOURCE } from '../resource.js';

type Resource = RequestOf<typeof describeConfigs>['resources'][number];
type Result = ResponseOf<typeof describeConfigs>['results'][number];

export const describeConfigsHandler = (broker: Broker): Handler =>
  answer(describeConfigs, async ({ resources, includeSynonyms, includeDocumentation }, { peer }) => {
    const results: Result[] = [];
    for (const resource of resources) {
      const { resourceType, resourceName, configurationKeys } = resource;
      let found: ConfigEntry[] = [];
      const verdict = await verdictOf(broker, 'describing a configuration', () => {
        found = entriesOf(broker, resource, peer);
      });
      const configs = found
        .filter(({ name }) => configurationKeys === null || configurationKeys.includes(name))
        .map(({ synonyms, documentation, ...entry }) =>
          Object.assign(entry, {
            synonyms: includeSynonyms ? synonyms : [],
            documentation: includeDocumentation ? documentation : null,
          }),
        );
      results.push({ ...verdict, resourceType, resourceName, configs });
    }
    return { throttleTimeMs: 0, results };
  });

function entriesOf(broker: Broker, { resourceType, resourceName }: Resource, peer: Peer): ConfigEntry[] {
  if (resourceType === RESOURCE.topic) {
    const topic = broker.topics.get(resourceName);
    if (topic) return topicConfigEntries(topic.config);
    throw new RequestRefusal(
      ERROR.unknownTopicOrPartition,
      'This server does not host this topic-partition.',
    );
  }
  if (resourceType === RESOURCE.broker) {
    // The empty name is for what holds for all brokers at run time: there is none.
    if (resourceName === '') return [];
    if (resourceName === String(NODE_ID)) {
      return brokerConfigEntries(broker, `${peer.localHost}:${peer.localPort}`);
    }
    throw new RequestRefusal(
      ERROR.invalidRequest,
      `Unexpected broker id, expected ${NODE_ID} or empty string, but received ${resourceName}`,
    );
  }
  throw new RequestRefusal(ERROR.invalidRequest, `the embedded log has no resources of type ${resourceType}`);
}
