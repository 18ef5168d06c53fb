import { ERROR } from '../../protocol/error-codes.js';
import { describeCluster } from '../../protocol/messages/describe-cluster.js';
import { NODE_ID, type Broker } from '../broker.js';
import { answer, type Handler } from '../handler.js';
import { clusterOperations } from '../operations.js';

const BROKERS = 1;

export const describeClusterHandler = (broker: Broker): Handler =>
  answer(describeCluster, ({ endpointType, includeClusterAuthorizedOperations }, { peer }) => {
    const isKnown = endpointType === BROKERS;
    return {
      throttleTimeMs: 0,
      errorCode: isKnown ? ERROR.none : ERROR.mismatchedEndpointType,
      errorMessage: isKnown ? null : 'the embedded log has no controllers of their own',
      endpointType: BROKERS,
      clusterId: broker.identity.clusterId,
      controllerId: NODE_ID,
      brokers: isKnown ? [{ brokerId: NODE_ID, host: peer.localHost, port: peer.localPort, rack: null }] : [],
      clusterAuthorizedOperations: clusterOperations(includeClusterAuthorizedOperations),
    };
  });
