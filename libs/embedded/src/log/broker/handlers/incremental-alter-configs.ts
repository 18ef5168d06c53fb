import { type RequestOf } from '../../protocol/api.js';
import { ERROR } from '../../protocol/error-codes.js';
import { incrementalAlterConfigs } from '../../protocol/messages/incremental-alter-configs.js';
import { type Broker } from '../broker.js';
import { answer, type Handler } from '../handler.js';
import { RequestRefusal, verdictOf } from '../request-refusal.js';
import { RESOURCE } from '../resource.js';
import { isInternal } from '../topic-name.js';
import { changeConfig, SettingError, type SettingChange } from '../topic-settings.js';

type Resource = RequestOf<typeof incrementalAlterConfigs>['resources'][number];

const OPERATION = { set: 0, delete: 1 } as const;

export const incrementalAlterConfigsHandler = (broker: Broker): Handler =>
  answer(incrementalAlterConfigs, ({ resources, validateOnly }) =>
    broker.topicChanges.take(async () => {
      const responses = [];
      for (const resource of resources) {
        const { resourceType, resourceName } = resource;
        const verdict = await verdictOf(broker, `changing the configuration of ${resourceName}`, () =>
          alter(broker, resource, validateOnly),
        );
        responses.push({ ...verdict, resourceType, resourceName });
      }
      return { throttleTimeMs: 0, responses };
    }),
  );

async function alter(broker: Broker, resource: Resource, validateOnly: boolean): Promise<void> {
  const { resourceType, resourceName, configs } = resource;
  if (resourceType !== RESOURCE.topic) {
    throw new RequestRefusal(
      ERROR.invalidRequest,
      'the embedded log is configured by its start; topics alone can be changed',
    );
  }
  const topic = broker.topics.get(resourceName);
  if (!topic) {
    throw new RequestRefusal(
      ERROR.unknownTopicOrPartition,
      'This server does not host this topic-partition.',
    );
  }
  if (isInternal(resourceName)) {
    throw new RequestRefusal(ERROR.policyViolation, `${resourceName} is the log's own`);
  }
  const changes = configs.map((change): SettingChange => {
    if (change.configOperation === OPERATION.delete) return { name: change.name, value: null };
    if (change.configOperation === OPERATION.set) return { name: change.name, value: change.value };
    throw new RequestRefusal(ERROR.invalidConfig, 'list values can be set, but not added to or taken from');
  });
  try {
    const config = changeConfig(topic.config, changes);
    if (!validateOnly) await broker.topics.setConfig(resourceName, config);
  } catch (error) {
    if (error instanceof SettingError) throw new RequestRefusal(ERROR.invalidConfig, error.message);
    throw error;
  }
}
