import { type ResponseOf } from '../../protocol/api.js';
import { ERROR } from '../../protocol/error-codes.js';
import { metadata } from '../../protocol/messages/metadata.js';
import { LEADER_EPOCH, NODE_ID, type Broker } from '../broker.js';
import { answer, type Handler } from '../handler.js';
import { clusterOperations, topicOperations } from '../operations.js';
import { isInternal, topicNameFault } from '../topic-name.js';

type TopicMetadata = ResponseOf<typeof metadata>['topics'][number];

/** Topics are never made by asking for them, whatever the request allows. */
export const metadataHandler = (broker: Broker): Handler =>
  answer(metadata, (request, { version, peer }) => {
    const { topics, includeClusterAuthorizedOperations, includeTopicAuthorizedOperations } = request;
    const isForAll = topics === null || (version === 0 && topics.length === 0);
    const names = isForAll ? broker.topics.list().map(({ name }) => name) : topics.map(({ name }) => name);
    return {
      throttleTimeMs: 0,
      brokers: [{ nodeId: NODE_ID, host: peer.localHost, port: peer.localPort, rack: null }],
      clusterId: broker.identity.clusterId,
      controllerId: NODE_ID,
      topics: names.map((name) => describe(broker, name, includeTopicAuthorizedOperations)),
      clusterAuthorizedOperations: clusterOperations(includeClusterAuthorizedOperations),
    };
  });

function describe(broker: Broker, name: string, withOperations: boolean): TopicMetadata {
  const topic = broker.topics.get(name);
  const unknown =
    topicNameFault(name) === undefined ? ERROR.unknownTopicOrPartition : ERROR.invalidTopicException;
  return {
    errorCode: topic ? ERROR.none : unknown,
    name,
    isInternal: isInternal(name),
    partitions: (topic?.partitions ?? []).map(({ index }) => ({
      errorCode: ERROR.none,
      partitionIndex: index,
      leaderId: NODE_ID,
      leaderEpoch: LEADER_EPOCH,
      replicaNodes: [NODE_ID],
      isrNodes: [NODE_ID],
      offlineReplicas: [],
    })),
    topicAuthorizedOperations: topicOperations(withOperations && topic !== undefined),
  };
}
