import { ERROR } from '../protocol/error-codes.js';
import { LEADER_EPOCH } from './broker.js';

const NOT_GIVEN = -1;

/** What Kafka answers to a client that believes in another leader epoch (KIP-320). */
export function leaderEpochFault(currentLeaderEpoch: number): number {
  if (currentLeaderEpoch === NOT_GIVEN || currentLeaderEpoch === LEADER_EPOCH) return ERROR.none;
  return currentLeaderEpoch < LEADER_EPOCH ? ERROR.fencedLeaderEpoch : ERROR.unknownLeaderEpoch;
}
