import { type RequestOf, type ResponseOf } from '../../protocol/api.js';
import { ERROR } from '../../protocol/error-codes.js';
import { fetchApi } from '../../protocol/messages/fetch.js';
import { partitionOf, type Broker } from '../broker.js';
import { answer, type Handler } from '../handler.js';
import { leaderEpochFault } from '../leader-epoch.js';
import { durableOffsets, durableChange } from '../long-poll.js';
import { storageError } from '../storage-error.js';

type Request = RequestOf<typeof fetchApi>;
type Response = ResponseOf<typeof fetchApi>;
type WantedPartition = Request['topics'][number]['partitions'][number];
type FetchedPartition = Response['responses'][number]['partitions'][number];

const NO_SESSION = 0;
const READ_COMMITTED = 1;
/** A poll that waits for many bytes looks again at most this often. */
const LOOK_AGAIN_MS = 10;
const EMPTY = Buffer.alloc(0);

/**
 * Reads, and waits for up to `maxWaitMs` until there are `minBytes`. Fetch sessions are not kept: each request names its
 * partitions, which the answered session ID 0 tells the client. Without transactions both isolation levels read the same.
 */
export const fetchHandler = (broker: Broker): Handler =>
  answer(fetchApi, async (request, { peer }) => {
    if (request.sessionId !== NO_SESSION) return { ...respond([]), errorCode: ERROR.fetchSessionIdNotFound };
    const wanted = request.topics.flatMap(({ topic, partitions }) =>
      partitions.map(({ partition }) => ({ topic, partition })),
    );
    const deadlineMs = performance.now() + request.maxWaitMs;
    for (;;) {
      const seen = durableOffsets(broker, wanted);
      const { responses, bytes, isFaulty } = await readAll(broker, request);
      const leftMs = deadlineMs - performance.now();
      const isEnough = bytes >= request.minBytes || isFaulty || wanted.length === 0;
      if (isEnough || leftMs <= 0 || broker.isClosing) return respond(responses);
      const pauseMs = bytes > 0 ? LOOK_AGAIN_MS : 0;
      const outcome = await durableChange(broker, wanted, seen, { leftMs, pauseMs, peer });
      if (outcome === 'gone') return undefined;
    }
  });

function respond(responses: Response['responses']): Response {
  return { throttleTimeMs: 0, errorCode: ERROR.none, sessionId: NO_SESSION, responses };
}

interface Round {
  readonly responses: Response['responses'];
  readonly bytes: number;
  readonly isFaulty: boolean;
}

async function readAll(broker: Broker, request: Request): Promise<Round> {
  const maxBytes = Math.min(request.maxBytes, broker.responses.fetchBytes());
  let bytes = 0;
  let isFaulty = false;
  const responses: { topic: string; partitions: FetchedPartition[] }[] = [];
  for (const { topic, partitions } of request.topics) {
    const fetched: FetchedPartition[] = [];
    for (const wanted of partitions) {
      const one = await read(broker, topic, wanted, {
        left: maxBytes - bytes,
        isFirst: bytes === 0,
        isCommittedOnly: request.isolationLevel === READ_COMMITTED,
      });
      bytes += one.records?.length ?? 0;
      isFaulty ||= one.errorCode !== ERROR.none;
      fetched.push(one);
    }
    responses.push({ topic, partitions: fetched });
  }
  return { responses, bytes, isFaulty };
}

/** The first batch of a response is sent whatever its size, so that a consumer with small limits gets on. */
async function read(
  broker: Broker,
  topic: string,
  wanted: WantedPartition,
  bounds: { readonly left: number; readonly isFirst: boolean; readonly isCommittedOnly: boolean },
): Promise<FetchedPartition> {
  const { partition: index, fetchOffset, partitionMaxBytes, currentLeaderEpoch } = wanted;
  const partition = partitionOf(broker, topic, index);
  if (!partition) return failure(index, ERROR.unknownTopicOrPartition);
  const epochFault = leaderEpochFault(currentLeaderEpoch);
  if (epochFault !== ERROR.none) return failure(index, epochFault);
  if (fetchOffset < partition.startOffset || fetchOffset > partition.endOffset) {
    return failure(index, ERROR.offsetOutOfRange);
  }
  const limit = Math.max(0, Math.min(partitionMaxBytes, bounds.left));
  let records: Buffer = EMPTY;
  if (fetchOffset < partition.durableOffset && (limit > 0 || bounds.isFirst)) {
    try {
      records = await partition.read(fetchOffset, limit);
    } catch (error) {
      // What was there a moment ago may have been deleted meanwhile.
      if (error instanceof RangeError) return failure(index, ERROR.offsetOutOfRange);
      return failure(index, storageError(broker, error, `reading ${topic}-${index}`).code);
    }
    if (!bounds.isFirst && records.length > limit) records = EMPTY;
  }
  return {
    partitionIndex: index,
    errorCode: ERROR.none,
    highWatermark: partition.durableOffset,
    lastStableOffset: partition.durableOffset,
    logStartOffset: partition.startOffset,
    abortedTransactions: bounds.isCommittedOnly ? [] : null,
    preferredReadReplica: -1,
    records,
  };
}

function failure(partitionIndex: number, errorCode: number): FetchedPartition {
  return {
    partitionIndex,
    errorCode,
    highWatermark: -1,
    lastStableOffset: -1,
    logStartOffset: -1,
    abortedTransactions: null,
    preferredReadReplica: -1,
    records: EMPTY,
  };
}
