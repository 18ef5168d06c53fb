import { OPERATIONS_NOT_ASKED } from '../protocol/messages/operations.js';

/** Of `AclOperation`, by their codes: nothing is forbidden here, so all that a resource of the kind has. */
const TOPIC = [3, 4, 5, 6, 7, 8, 10, 11];
const CLUSTER = [5, 7, 8, 9, 10, 11, 12];

/** What a client may do with a topic, as a bit set. */
export function topicOperations(areAsked: boolean): number {
  return areAsked ? bits(TOPIC) : OPERATIONS_NOT_ASKED;
}

/** What a client may do with the cluster, as a bit set. */
export function clusterOperations(areAsked: boolean): number {
  return areAsked ? bits(CLUSTER) : OPERATIONS_NOT_ASKED;
}

function bits(operations: readonly number[]): number {
  return operations.reduce((set, operation) => set | (1 << operation), 0);
}
