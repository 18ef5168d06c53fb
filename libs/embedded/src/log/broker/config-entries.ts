import { DEFAULT_TOPIC_CONFIG, type TopicConfig } from '../storage/topic-config.js';
import { NODE_ID, type Broker } from './broker.js';
import { TOPIC_SETTINGS } from './topic-settings.js';

/** Where a value comes from, as the protocol numbers it. */
const SOURCE = { topic: 1, broker: 4, byDefault: 5 } as const;

export interface ConfigEntry {
  readonly name: string;
  readonly value: string;
  readonly readOnly: boolean;
  readonly configSource: number;
  readonly isSensitive: boolean;
  readonly synonyms: readonly { readonly name: string; readonly value: string; readonly source: number }[];
  readonly configType: number;
  readonly documentation: string | null;
}

/** The settings of a topic; the synonyms say what the value would be without the topic's own. */
export function topicConfigEntries(config: TopicConfig): ConfigEntry[] {
  return [...TOPIC_SETTINGS.values()].map((setting) => {
    const { name, type: configType, documentation } = setting;
    const value = setting.read(config);
    const byDefault = setting.read(DEFAULT_TOPIC_CONFIG);
    const own = value === byDefault ? [] : [{ name, value, source: SOURCE.topic }];
    return {
      name,
      value,
      readOnly: false,
      configSource: own.length > 0 ? SOURCE.topic : SOURCE.byDefault,
      isSensitive: false,
      synonyms: [...own, { name, value: byDefault, source: SOURCE.byDefault }],
      configType,
      documentation,
    };
  });
}

/** What of Kafka's broker settings has a meaning here. None can be changed through the protocol. */
export function brokerConfigEntries({ limits }: Broker, address: string): ConfigEntry[] {
  const topicDefault = (name: string): string => TOPIC_SETTINGS.get(name)?.read(DEFAULT_TOPIC_CONFIG) ?? '';
  const values: Record<string, string | number> = {
    'node.id': NODE_ID,
    'broker.id': NODE_ID,
    listeners: `PLAINTEXT://${address}`,
    'advertised.listeners': `PLAINTEXT://${address}`,
    'auto.create.topics.enable': 'false',
    'delete.topic.enable': 'true',
    'num.partitions': 1,
    'default.replication.factor': 1,
    'min.insync.replicas': 1,
    'offsets.topic.num.partitions': 1,
    'offsets.topic.replication.factor': 1,
    'message.max.bytes': topicDefault('max.message.bytes'),
    'log.cleanup.policy': topicDefault('cleanup.policy'),
    'log.retention.ms': topicDefault('retention.ms'),
    'log.retention.bytes': topicDefault('retention.bytes'),
    'log.segment.bytes': topicDefault('segment.bytes'),
    'log.roll.ms': topicDefault('segment.ms'),
    'log.message.timestamp.type': topicDefault('message.timestamp.type'),
    'socket.request.max.bytes': limits.maxRequestBytes,
    'fetch.max.bytes': limits.maxFetchBytes,
    'max.connections': limits.maxConnections,
    'connections.max.idle.ms': limits.idleConnectionMs,
  };
  return Object.entries(values).map(([name, found]) => {
    const value = String(found);
    return {
      name,
      value,
      readOnly: true,
      configSource: SOURCE.broker,
      isSensitive: false,
      synonyms: [{ name, value, source: SOURCE.broker }],
      configType: typeof found === 'number' ? 5 : 2,
      documentation: null,
    };
  });
}
