import { ERROR } from '../../protocol/error-codes.js';
import { findCoordinator } from '../../protocol/messages/find-coordinator.js';
import { NODE_ID } from '../broker.js';
import { type Peer } from '../dispatch.js';
import { answer, type Handler } from '../handler.js';

const KEY_TYPE = { group: 0, transaction: 1 } as const;

interface Coordinator {
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
}

/** This node coordinates every group. There are no transactions, which is told by an error that clients do not retry. */
export const findCoordinatorHandler = (): Handler =>
  answer(findCoordinator, ({ keyType, coordinatorKeys }, { peer }) => {
    const { errorCode, errorMessage, nodeId, host, port } = coordinator(keyType, peer);
    return {
      throttleTimeMs: 0,
      errorCode,
      errorMessage,
      nodeId,
      host,
      port,
      coordinators: coordinatorKeys.map((key) => ({ key, errorCode, errorMessage, nodeId, host, port })),
    };
  });

function coordinator(keyType: number, { localHost, localPort }: Peer): Coordinator {
  if (keyType === KEY_TYPE.group) {
    return { errorCode: ERROR.none, errorMessage: null, nodeId: NODE_ID, host: localHost, port: localPort };
  }
  const isTransaction = keyType === KEY_TYPE.transaction;
  return {
    errorCode: isTransaction ? ERROR.transactionalIdAuthorizationFailed : ERROR.invalidRequest,
    errorMessage: isTransaction
      ? 'the embedded log has no transactions'
      : `there are no coordinators of type ${keyType}`,
    nodeId: -1,
    host: '',
    port: -1,
  };
}
