import { createPartitions } from '../messages/create-partitions.js';
import { createTopics } from '../messages/create-topics.js';
import { deleteRecords } from '../messages/delete-records.js';
import { deleteTopics } from '../messages/delete-topics.js';
import { describeConfigs } from '../messages/describe-configs.js';
import { exchange, type KafkajsExchange } from './kafkajs-exchange.js';

export const KAFKAJS_ADMIN_EXCHANGES: readonly KafkajsExchange[] = [
  exchange({
    api: createTopics,
    folder: 'createTopics',
    args: {
      topics: [
        {
          topic: 't',
          numPartitions: 12,
          replicationFactor: 1,
          replicaAssignment: [{ partition: 0, replicas: [1] }],
          configEntries: [{ name: 'cleanup.policy', value: 'compact' }],
        },
      ],
      timeout: 5_000,
      validateOnly: true,
    },
    request: () => ({
      topics: [
        {
          name: 't',
          numPartitions: 12,
          replicationFactor: 1,
          assignments: [{ partitionIndex: 0, brokerIds: [1] }],
          configs: [{ name: 'cleanup.policy', value: 'compact' }],
        },
      ],
      timeoutMs: 5_000,
      validateOnly: true,
    }),
    response: {
      throttleTimeMs: 0,
      topics: [
        {
          name: 't',
          errorCode: 0,
          errorMessage: null,
          topicConfigErrorCode: 0,
          numPartitions: 12,
          replicationFactor: 1,
          configs: null,
        },
      ],
    },
    decoded: () => ({ topicErrors: [{ topic: 't', errorCode: 0, errorMessage: null }] }),
  }),
  exchange({
    api: deleteTopics,
    folder: 'deleteTopics',
    args: { topics: ['t', 'u'], timeout: 5_000 },
    request: () => ({ topicNames: ['t', 'u'], timeoutMs: 5_000 }),
    response: { throttleTimeMs: 0, responses: [{ name: 't', errorCode: 0, errorMessage: null }] },
    decoded: () => ({ topicErrors: [{ topic: 't', errorCode: 0 }] }),
  }),
  exchange({
    api: createPartitions,
    folder: 'createPartitions',
    args: {
      topicPartitions: [
        { topic: 't', count: 4, assignments: [[1], [1]] },
        { topic: 'u', count: 5, assignments: [] },
      ],
      timeout: 5_000,
      validateOnly: true,
    },
    request: () => ({
      topics: [
        { name: 't', count: 4, assignments: [{ brokerIds: [1] }, { brokerIds: [1] }] },
        { name: 'u', count: 5, assignments: null },
      ],
      timeoutMs: 5_000,
      validateOnly: true,
    }),
    response: { throttleTimeMs: 0, results: [{ name: 't', errorCode: 0, errorMessage: null }] },
    decoded: () => ({ topicErrors: [{ topic: 't', errorCode: 0, errorMessage: null }] }),
  }),
  exchange({
    api: describeConfigs,
    folder: 'describeConfigs',
    args: {
      resources: [
        { type: 2, name: 't', configNames: ['retention.ms'] },
        { type: 4, name: '1', configNames: [] },
      ],
      includeSynonyms: true,
    },
    request: () => ({
      resources: [
        { resourceType: 2, resourceName: 't', configurationKeys: ['retention.ms'] },
        { resourceType: 4, resourceName: '1', configurationKeys: null },
      ],
      includeSynonyms: true,
    }),
    response: {
      throttleTimeMs: 0,
      results: [
        {
          errorCode: 0,
          errorMessage: null,
          resourceType: 2,
          resourceName: 't',
          configs: [
            {
              name: 'retention.ms',
              value: '60000',
              readOnly: false,
              configSource: 1,
              isSensitive: false,
              synonyms: [{ name: 'log.retention.ms', value: null, source: 5 }],
              configType: 5,
              documentation: null,
            },
          ],
        },
      ],
    },
    decoded: () => ({
      resources: [
        {
          errorCode: 0,
          errorMessage: null,
          resourceType: 2,
          resourceName: 't',
          configEntries: [
            {
              configName: 'retention.ms',
              configValue: '60000',
              readOnly: false,
              configSource: 1,
              isSensitive: false,
              configSynonyms: [{ configName: 'log.retention.ms', configValue: null, configSource: 5 }],
            },
          ],
        },
      ],
    }),
  }),
  exchange({
    api: deleteRecords,
    folder: 'deleteRecords',
    args: { topics: [{ topic: 't', partitions: [{ partition: 3, offset: '7' }] }], timeout: 5_000 },
    request: () => ({
      topics: [{ name: 't', partitions: [{ partitionIndex: 3, offset: 7 }] }],
      timeoutMs: 5_000,
    }),
    response: {
      throttleTimeMs: 0,
      topics: [{ name: 't', partitions: [{ partitionIndex: 3, lowWatermark: 7, errorCode: 0 }] }],
    },
    decoded: () => ({ topics: [{ topic: 't', partitions: [{ partition: 3, errorCode: 0 }] }] }),
  }),
];
