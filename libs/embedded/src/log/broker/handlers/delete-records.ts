import { ERROR } from '../../protocol/error-codes.js';
import { deleteRecords } from '../../protocol/messages/delete-records.js';
import { partitionOf, type Broker } from '../broker.js';
import { answer, type Handler } from '../handler.js';
import { RequestRefusal, verdictOf } from '../request-refusal.js';

const HIGH_WATERMARK = -1;
const UNKNOWN = -1;

export const deleteRecordsHandler = (broker: Broker): Handler =>
  answer(deleteRecords, async ({ topics }) => ({
    throttleTimeMs: 0,
    topics: await Promise.all(
      topics.map(async ({ name, partitions }) => ({
        name,
        partitions: await Promise.all(
          partitions.map(async ({ partitionIndex, offset }) => {
            let lowWatermark = UNKNOWN;
            const doing = `deleting records of ${name}-${partitionIndex}`;
            const { errorCode } = await verdictOf(broker, doing, async () => {
              lowWatermark = await deleteBefore(broker, name, partitionIndex, offset);
            });
            return { partitionIndex, lowWatermark, errorCode };
          }),
        ),
      })),
    ),
  }));

async function deleteBefore(broker: Broker, topic: string, index: number, offset: number): Promise<number> {
  const partition = partitionOf(broker, topic, index);
  if (!partition) throw new RequestRefusal(ERROR.unknownTopicOrPartition, 'no such partition');
  if (broker.topics.get(topic)?.config.cleanup === 'compact') {
    throw new RequestRefusal(ERROR.policyViolation, 'a compacted topic keeps the newest record of each key');
  }
  const before = offset === HIGH_WATERMARK ? partition.durableOffset : offset;
  if (before < 0 || before > partition.durableOffset) {
    throw new RequestRefusal(ERROR.offsetOutOfRange, 'beyond the end of the partition');
  }
  if (before > partition.startOffset) await partition.deleteBefore(before);
  return partition.startOffset;
}
