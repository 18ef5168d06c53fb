import { type RequestOf, type ResponseOf } from '../../protocol/api.js';
import { ERROR } from '../../protocol/error-codes.js';
import { LIST_OFFSETS_TIMESTAMP as TIMESTAMP, listOffsets } from '../../protocol/messages/list-offsets.js';
import { type PartitionLog } from '../../storage/partition-log.js';
import { LEADER_EPOCH, partitionOf, type Broker } from '../broker.js';
import { answer, type Handler } from '../handler.js';
import { leaderEpochFault } from '../leader-epoch.js';
import { storageError } from '../storage-error.js';

type Wanted = RequestOf<typeof listOffsets>['topics'][number]['partitions'][number];
type Found = ResponseOf<typeof listOffsets>['topics'][number]['partitions'][number];

/** The version from which on the record with the greatest timestamp can be asked for (KIP-734). */
const MAX_TIMESTAMP_SINCE = 7;
const NONE = { offset: -1, timestampMs: -1 };

export const listOffsetsHandler = (broker: Broker): Handler =>
  answer(listOffsets, async (request, { version }) => ({
    throttleTimeMs: 0,
    topics: await Promise.all(
      request.topics.map(async ({ name, partitions }) => ({
        name,
        partitions: await Promise.all(partitions.map((wanted) => find(broker, name, wanted, version))),
      })),
    ),
  }));

async function find(broker: Broker, topic: string, wanted: Wanted, version: number): Promise<Found> {
  const { partitionIndex, timestamp, currentLeaderEpoch } = wanted;
  const partition = partitionOf(broker, topic, partitionIndex);
  if (!partition) return found(partitionIndex, ERROR.unknownTopicOrPartition);
  const epochFault = leaderEpochFault(currentLeaderEpoch);
  if (epochFault !== ERROR.none) return found(partitionIndex, epochFault);
  const isKnown = timestamp >= (version < MAX_TIMESTAMP_SINCE ? TIMESTAMP.earliest : TIMESTAMP.max);
  if (!isKnown) return found(partitionIndex, ERROR.unsupportedVersion);
  try {
    return found(partitionIndex, ERROR.none, await lookUp(partition, timestamp));
  } catch (error) {
    const { code } = storageError(broker, error, `looking up an offset of ${topic}-${partitionIndex}`);
    return found(partitionIndex, code);
  }
}

async function lookUp(partition: PartitionLog, timestamp: number): Promise<typeof NONE> {
  if (timestamp === TIMESTAMP.latest) return { offset: partition.durableOffset, timestampMs: -1 };
  if (timestamp === TIMESTAMP.earliest) return { offset: partition.startOffset, timestampMs: -1 };
  if (timestamp === TIMESTAMP.max) return partition.maxTimestamp();
  return (await partition.offsetForTime(timestamp)) ?? NONE;
}

function found(partitionIndex: number, errorCode: number, { offset, timestampMs } = NONE): Found {
  const leaderEpoch = offset < 0 ? -1 : LEADER_EPOCH;
  return { partitionIndex, errorCode, timestamp: timestampMs, offset, leaderEpoch };
}
