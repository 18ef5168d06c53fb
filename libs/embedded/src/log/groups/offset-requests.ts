import { type RequestOf, type ResponseOf } from '../protocol/api.js';
import { ERROR } from '../protocol/error-codes.js';
import { type offsetCommit } from '../protocol/messages/offset-commit.js';
import { type offsetDelete } from '../protocol/messages/offset-delete.js';
import { type offsetFetch } from '../protocol/messages/offset-fetch.js';
import { type GroupBounds } from './bounds.js';
import { type Clock } from './clock.js';
import { type TopicPartition } from './committed-offsets.js';
import { type ErrorCode } from './error-code.js';
import { type Commit, type GroupStore } from './group-store.js';
import { type Group } from './group.js';

/** Whether a partition is there to commit an offset for. */
export type TopicExists = (topic: string, partition: number) => boolean;

type CommitRequest = RequestOf<typeof offsetCommit>;
type FetchRequest = RequestOf<typeof offsetFetch>;
type FetchResponse = ResponseOf<typeof offsetFetch>;
type FetchedTopics = FetchResponse['topics'];
type WantedTopics = readonly { readonly name: string; readonly partitionIndexes: readonly number[] }[];

/** The requests about committed offsets. Their group ID may be empty, as in Kafka. */
export class OffsetRequests {
  constructor(
    private readonly store: GroupStore,
    private readonly bounds: GroupBounds,
    private readonly clock: Clock,
    private readonly topicExists: TopicExists,
  ) {}

  /** Answers when the offsets are durable. Either all partitions that have no fault of their own are committed, or none. */
  async commit(request: CommitRequest, version: number): Promise<ResponseOf<typeof offsetCommit>> {
    const group = this.store.get(request.groupId);
    const refused = this.groupFault(group, request, version);
    const committedMs = this.clock.now();
    const expiresMs = request.retentionTimeMs < 0 ? {} : { expiresMs: committedMs + request.retentionTimeMs };
    const commits: Commit[] = [];
    let room = this.bounds.maxOffsetsPerGroup - (group?.offsets.size ?? 0);
    const check = (at: TopicPartition, metadata: string): ErrorCode => {
      if (!this.topicExists(at.topic, at.partition)) return ERROR.unknownTopicOrPartition;
      if (refused !== ERROR.none) return refused;
      if (metadata.length > this.bounds.maxOffsetMetadata) return ERROR.offsetMetadataTooLarge;
      if (group?.offsets.get(at.topic, at.partition) !== undefined) return ERROR.none;
      room -= 1;
      return room < 0 ? ERROR.invalidCommitOffsetSize : ERROR.none;
    };
    const topics = request.topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(
        ({ partitionIndex, committedOffset, committedLeaderEpoch, committedMetadata }) => {
          const at = { topic: name, partition: partitionIndex };
          const metadata = committedMetadata ?? '';
          const errorCode = check(at, metadata);
          const leaderEpoch = committedLeaderEpoch;
          const committed = { offset: committedOffset, leaderEpoch, metadata, committedMs, ...expiresMs };
          if (errorCode === ERROR.none) commits.push({ at, committed });
          return { partitionIndex, errorCode };
        },
      ),
    }));
    if (commits.length === 0) return { throttleTimeMs: 0, topics };
    if (this.store.getOrCreate(request.groupId) === undefined) {
      return { throttleTimeMs: 0, topics: withError(topics, ERROR.groupMaxSizeReached) };
    }
    const isCommitted = await this.store.commit(request.groupId, commits);
    return {
      throttleTimeMs: 0,
      topics: isCommitted ? topics : withError(topics, ERROR.coordinatorNotAvailable),
    };
  }

  /** What is committed; -1 where nothing is. Null topics: everything. */
  fetch(request: FetchRequest, version: number): FetchResponse {
    if (version < 8) {
      const topics = this.fetchTopics(request.groupId, request.topics);
      return { throttleTimeMs: 0, topics, errorCode: ERROR.none, groups: [] };
    }
    const groups = request.groups.map(({ groupId, topics }) => ({
      groupId,
      topics: this.fetchTopics(groupId, topics),
      errorCode: ERROR.none,
    }));
    return { throttleTimeMs: 0, topics: [], errorCode: ERROR.none, groups };
  }

  /** Offsets of topics that an active group reads stay: GROUP_SUBSCRIBED_TO_TOPIC. */
  async delete(request: RequestOf<typeof offsetDelete>): Promise<ResponseOf<typeof offsetDelete>> {
    const group = this.store.get(request.groupId);
    const failed = (errorCode: ErrorCode): ResponseOf<typeof offsetDelete> => ({
      errorCode,
      throttleTimeMs: 0,
      topics: [],
    });
    if (group === undefined) return failed(ERROR.groupIdNotFound);
    if (group.members.length > 0 && !group.isConsumerGroup) return failed(ERROR.nonEmptyGroup);
    let topics: ResponseOf<typeof offsetDelete>['topics'] = [];
    const isDone = await this.store.dropOffsets(group, () => {
      const subscribed = group.subscribedTopics();
      const codeFor = (topic: string, partition: number): ErrorCode => {
        if (!this.topicExists(topic, partition)) return ERROR.unknownTopicOrPartition;
        return subscribed.has(topic) ? ERROR.groupSubscribedToTopic : ERROR.none;
      };
      topics = request.topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex }) => ({
          partitionIndex,
          errorCode: codeFor(name, partitionIndex),
        })),
      }));
      return topics.flatMap(({ name, partitions }) =>
        partitions.flatMap(({ partitionIndex, errorCode }) => {
          const isKnown = group.offsets.get(name, partitionIndex) !== undefined;
          return errorCode === ERROR.none && isKnown ? [{ topic: name, partition: partitionIndex }] : [];
        }),
      );
    });
    return isDone
      ? { errorCode: ERROR.none, throttleTimeMs: 0, topics }
      : failed(ERROR.coordinatorNotAvailable);
  }

  private groupFault(group: Group | undefined, request: CommitRequest, version: number): ErrorCode {
    const { generationIdOrMemberEpoch: generation, memberId, groupInstanceId } = request;
    if (group !== undefined) return group.validateCommit({ memberId, groupInstanceId }, generation);
    if (generation >= 0) return version >= 9 ? ERROR.groupIdNotFound : ERROR.illegalGeneration;
    return request.groupId.length > this.bounds.maxIdLength ? ERROR.invalidGroupId : ERROR.none;
  }

  private fetchTopics(groupId: string, wanted: WantedTopics | null): FetchedTopics {
    const offsets = this.store.get(groupId)?.offsets;
    const topics =
      wanted?.map(({ name, partitionIndexes }) => ({ topic: name, partitions: partitionIndexes })) ??
      offsets?.byTopic() ??
      [];
    return topics.map(({ topic, partitions }) => ({
      name: topic,
      partitions: partitions.map((partitionIndex) => {
        const committed = offsets?.get(topic, partitionIndex);
        return {
          partitionIndex,
          committedOffset: committed?.offset ?? -1,
          committedLeaderEpoch: committed?.leaderEpoch ?? -1,
          metadata: committed?.metadata ?? '',
          errorCode: ERROR.none,
        };
      }),
    }));
  }
}

interface PartitionCode {
  readonly partitionIndex: number;
  readonly errorCode: ErrorCode;
}

/** The partitions that were to be committed have this error instead. */
function withError<T extends { partitions: PartitionCode[] }>(topics: T[], errorCode: ErrorCode): T[] {
  return topics.map((topic) => ({
    ...topic,
    partitions: topic.partitions.map((result) =>
      result.errorCode === ERROR.none ? { ...result, errorCode } : result,
    ),
  }));
}
