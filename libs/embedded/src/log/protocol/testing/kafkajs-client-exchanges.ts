import { apiVersions } from '../messages/api-versions.js';
import { fetchApi } from '../messages/fetch.js';
import { initProducerId } from '../messages/init-producer-id.js';
import { listOffsets } from '../messages/list-offsets.js';
import { metadata } from '../messages/metadata.js';
import { produce } from '../messages/produce.js';
import { exchange, type KafkajsExchange } from './kafkajs-exchange.js';

export const KAFKAJS_CLIENT_EXCHANGES: readonly KafkajsExchange[] = [
  exchange({
    api: produce,
    folder: 'produce',
    args: {
      acks: -1,
      timeout: 30_000,
      topicData: [{ topic: 't', partitions: [{ partition: 3, messages: [{ key: 'k', value: 'v' }] }] }],
    },
    request: () => ({
      transactionalId: null,
      acks: -1,
      timeoutMs: 30_000,
      topicData: [{ name: 't', partitionData: [{ index: 3 }] }],
    }),
    response: {
      responses: [
        {
          name: 't',
          partitionResponses: [
            {
              index: 3,
              errorCode: 0,
              baseOffset: 2 ** 40 + 1,
              logAppendTimeMs: -1,
              logStartOffset: 5,
              recordErrors: [],
              errorMessage: null,
            },
          ],
        },
      ],
      throttleTimeMs: 0,
    },
    decoded: (version) => ({
      topics: [
        {
          topicName: 't',
          partitions: [
            version < 5
              ? { partition: 3, errorCode: 0 }
              : { partition: 3, errorCode: 0, baseOffset: '1099511627777', logStartOffset: '5' },
          ],
        },
      ],
    }),
  }),
  exchange({
    api: fetchApi,
    folder: 'fetch',
    args: {
      maxWaitTime: 500,
      minBytes: 2,
      maxBytes: 3_000,
      rackId: 'r',
      topics: [
        { topic: 't', partitions: [{ partition: 3, currentLeaderEpoch: 4, fetchOffset: '6', maxBytes: 7 }] },
      ],
    },
    request: (version) => ({
      replicaId: -1,
      maxWaitMs: 500,
      minBytes: 2,
      maxBytes: 3_000,
      isolationLevel: 1,
      sessionId: 0,
      sessionEpoch: -1,
      topics: [
        {
          topic: 't',
          partitions: [
            {
              partition: 3,
              currentLeaderEpoch: version < 9 ? -1 : 4,
              fetchOffset: 6,
              logStartOffset: -1,
              partitionMaxBytes: 7,
            },
          ],
        },
      ],
      forgottenTopicsData: [],
      rackId: version < 11 ? '' : 'r',
    }),
    response: {
      throttleTimeMs: 1,
      errorCode: 0,
      sessionId: 2,
      responses: [
        {
          topic: 't',
          partitions: [
            {
              partitionIndex: 3,
              errorCode: 0,
              highWatermark: 9,
              lastStableOffset: 8,
              logStartOffset: 7,
              abortedTransactions: [{ producerId: 5, firstOffset: 6 }],
              preferredReadReplica: -1,
              records: null,
            },
          ],
        },
      ],
    },
    decoded: (version) => ({
      ...(version < 7 ? {} : { sessionId: 2 }),
      responses: [
        {
          topicName: 't',
          partitions: [
            {
              partition: 3,
              errorCode: 0,
              highWatermark: '9',
              lastStableOffset: '8',
              ...(version < 5 ? {} : { lastStartOffset: '7' }),
              abortedTransactions: [{ producerId: '5', firstOffset: '6' }],
              messages: [],
            },
          ],
        },
      ],
    }),
  }),
  exchange({
    api: listOffsets,
    folder: 'listOffsets',
    args: { topics: [{ topic: 't', partitions: [{ partition: 3, timestamp: -2 }] }] },
    request: (version) => ({
      replicaId: -1,
      isolationLevel: version < 2 ? 0 : 1,
      topics: [{ name: 't', partitions: [{ partitionIndex: 3, currentLeaderEpoch: -1, timestamp: -2 }] }],
    }),
    response: {
      throttleTimeMs: 0,
      topics: [
        {
          name: 't',
          partitions: [
            { partitionIndex: 3, errorCode: 0, timestamp: 1_700_000_000_000, offset: 42, leaderEpoch: 0 },
          ],
        },
      ],
    },
    decoded: () => ({
      responses: [
        {
          topic: 't',
          partitions: [{ partition: 3, errorCode: 0, timestamp: '1700000000000', offset: '42' }],
        },
      ],
    }),
  }),
  exchange({
    api: metadata,
    folder: 'metadata',
    args: { topics: ['t'], allowAutoTopicCreation: false },
    request: (version) => ({ topics: [{ name: 't' }], allowAutoTopicCreation: version < 4 }),
    response: {
      throttleTimeMs: 0,
      brokers: [{ nodeId: 1, host: '127.0.0.1', port: 9_092, rack: null }],
      clusterId: 'cluster',
      controllerId: 1,
      topics: [
        {
          errorCode: 0,
          name: 't',
          isInternal: true,
          partitions: [
            {
              errorCode: 0,
              partitionIndex: 3,
              leaderId: 1,
              leaderEpoch: 0,
              replicaNodes: [1, 2],
              isrNodes: [1],
              offlineReplicas: [2],
            },
          ],
          topicAuthorizedOperations: 0,
        },
      ],
      clusterAuthorizedOperations: 0,
    },
    decoded: (version) => ({
      brokers: [{ nodeId: 1, host: '127.0.0.1', port: 9_092, ...(version < 1 ? {} : { rack: null }) }],
      ...(version < 1 ? {} : { controllerId: 1 }),
      ...(version < 2 ? {} : { clusterId: 'cluster' }),
      topicMetadata: [
        {
          topicErrorCode: 0,
          topic: 't',
          ...(version < 1 ? {} : { isInternal: true }),
          partitionMetadata: [
            {
              partitionErrorCode: 0,
              partitionId: 3,
              leader: 1,
              replicas: [1, 2],
              isr: [1],
              ...(version < 5 ? {} : { offlineReplicas: [2] }),
            },
          ],
        },
      ],
    }),
  }),
  exchange({
    api: apiVersions,
    folder: 'apiVersions',
    args: undefined,
    request: () => ({ clientSoftwareName: '', clientSoftwareVersion: '' }),
    response: {
      errorCode: 0,
      apiKeys: [{ apiKey: 3, minVersion: 1, maxVersion: 9 }],
      throttleTimeMs: 0,
      supportedFeatures: [],
      finalizedFeaturesEpoch: -1,
      finalizedFeatures: [],
    },
    decoded: () => ({ errorCode: 0, apiVersions: [{ apiKey: 3, minVersion: 1, maxVersion: 9 }] }),
  }),
  exchange({
    api: initProducerId,
    folder: 'initProducerId',
    args: { transactionalId: null, transactionTimeout: 60_000 },
    request: () => ({
      transactionalId: null,
      transactionTimeoutMs: 60_000,
      producerId: -1,
      producerEpoch: -1,
    }),
    response: { throttleTimeMs: 0, errorCode: 0, producerId: 2 ** 33, producerEpoch: 1 },
    decoded: () => ({ errorCode: 0, producerId: '8589934592', producerEpoch: 1 }),
  }),
];
