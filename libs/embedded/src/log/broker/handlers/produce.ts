import { type RequestOf, type ResponseOf } from '../../protocol/api.js';
import { ERROR } from '../../protocol/error-codes.js';
import { produce } from '../../protocol/messages/produce.js';
import { type AppendOutcome } from '../../storage/append-outcome.js';
import { partitionOf, type Broker } from '../broker.js';
import { RequestFault } from '../dispatch.js';
import { answer, type Handler } from '../handler.js';
import { producedBatchFault } from '../produced-batch.js';
import { storageError } from '../storage-error.js';
import { isInternal } from '../topic-name.js';

type Request = RequestOf<typeof produce>;
type PartitionResponse = ResponseOf<typeof produce>['responses'][number]['partitionResponses'][number];

const ACKS = new Set([0, 1, -1]);

/**
 * Appends. ACKED MEANS ON THE DISK: `acks=1` waits for it just as `acks=all` does. The appends of one request, and of
 * requests that follow each other on one connection, are submitted in the order in which they came.
 */
export const produceHandler = (broker: Broker): Handler =>
  answer(produce, async (request) => {
    const pending = request.topicData.map(({ name, partitionData }) => ({
      name,
      partitions: partitionData.map(({ index, records }) => append(broker, request, name, index, records)),
    }));
    const responses = await Promise.all(
      pending.map(async ({ name, partitions }) => ({
        name,
        partitionResponses: await Promise.all(partitions),
      })),
    );
    if (request.acks !== 0) return { responses, throttleTimeMs: 0 };
    // Without a response there is no other way to tell that something was not stored; Kafka does the same.
    const failed = responses.some(({ partitionResponses }) =>
      partitionResponses.some((one) => one.errorCode !== 0),
    );
    if (failed) throw new RequestFault(undefined, 'a Produce with acks=0 was refused');
    return undefined;
  });

/** Submits before it first waits, so that the order of the calls is that of the log. */
async function append(
  broker: Broker,
  { acks, transactionalId }: Request,
  topic: string,
  index: number,
  records: Buffer | null,
): Promise<PartitionResponse> {
  if (!ACKS.has(acks))
    return refusal(index, ERROR.invalidRequiredAcks, `acks=${acks} is not one of 0, 1 and -1`);
  if (transactionalId !== null) {
    return refusal(index, ERROR.transactionalIdAuthorizationFailed, 'the embedded log has no transactions');
  }
  const partition = partitionOf(broker, topic, index);
  if (!partition) return refusal(index, ERROR.unknownTopicOrPartition, null);
  if (isInternal(topic)) return refusal(index, ERROR.invalidTopicException, `${topic} is the log's own`);
  const fault = producedBatchFault(records);
  if (fault || !records) return refusal(index, fault?.code ?? ERROR.invalidRecord, fault?.message ?? null);
  try {
    return response(index, await partition.append(records, { origin: 'producer' }));
  } catch (error) {
    const { code, message } = storageError(broker, error, `appending to ${topic}-${index}`);
    return refusal(index, code, message);
  }
}

function response(index: number, outcome: AppendOutcome): PartitionResponse {
  if (outcome.kind === 'refused') return refusal(index, outcome.error, outcome.message);
  return {
    index,
    errorCode: ERROR.none,
    baseOffset: outcome.baseOffset,
    logAppendTimeMs: outcome.logAppendTimeMs,
    logStartOffset: outcome.startOffset,
    recordErrors: [],
    errorMessage: null,
  };
}

function refusal(index: number, errorCode: number, errorMessage: string | null): PartitionResponse {
  return {
    index,
    errorCode,
    baseOffset: -1,
    logAppendTimeMs: -1,
    logStartOffset: -1,
    recordErrors: [],
    errorMessage,
  };
}
