import { type Logger } from '@fieldstream/domain';
import { type RequestOf, type ResponseOf } from '../../protocol/api.js';
import { type joinGroup } from '../../protocol/messages/join-group.js';
import { type offsetFetch } from '../../protocol/messages/offset-fetch.js';
import { type syncGroup } from '../../protocol/messages/sync-group.js';
import { type GroupBounds } from '../bounds.js';
import { GroupCoordinator } from '../coordinator.js';
import { FakeClock, settle } from './fake-clock.js';
import { MemoryJournal } from './memory-journal.js';

export const GROUP = 'aggregators';
export const TOPIC = 'telemetry.readings';
/** Longer than the initial delay, shorter than everything else. */
export const A_MOMENT_MS = 200;
export const SESSION_MS = 10_000;
export const REBALANCE_MS = 60_000;

export type JoinResponse = ResponseOf<typeof joinGroup>;
export type SyncResponse = ResponseOf<typeof syncGroup>;

/** A coordinator on a clock and a journal of the test's own, with the requests of members in a few words each. */
export class Rig {
  readonly clock = new FakeClock();
  readonly journal = new MemoryJournal();
  readonly logged: { level: string; message: string }[] = [];
  readonly topics = new Set([TOPIC, 'telemetry.alerts']);
  private running: GroupCoordinator | undefined;

  private constructor(private readonly bounds: Partial<GroupBounds>) {}

  static async open(bounds: Partial<GroupBounds> = {}): Promise<Rig> {
    const rig = new Rig(bounds);
    rig.running = await rig.restore();
    return rig;
  }

  get coordinator(): GroupCoordinator {
    if (this.running === undefined) throw new Error('the coordinator is not open');
    return this.running;
  }

  /** As after a kill: the old coordinator answers nobody any more, a new one reads what the journal has. */
  async crash(): Promise<void> {
    this.clock.forgetTimers();
    this.journal.crash();
    this.running = await this.restore();
  }

  /** An orderly end, and a new beginning. */
  async restart(): Promise<void> {
    await this.coordinator.close();
    this.running = await this.restore();
  }

  join(
    given: Partial<RequestOf<typeof joinGroup>> & { version?: number; clientId?: string } = {},
  ): Promise<JoinResponse> {
    const { version = 5, clientId = 'client', ...fields } = given;
    const request = {
      groupId: GROUP,
      sessionTimeoutMs: SESSION_MS,
      rebalanceTimeoutMs: REBALANCE_MS,
      memberId: '',
      groupInstanceId: null,
      protocolType: 'consumer',
      protocols: offers('range'),
      reason: null,
      ...fields,
    };
    return this.coordinator.joinGroup(request, { version, clientId, clientHost: '/127.0.0.1' });
  }

  /** The whole way of a client that does not have an ID yet: once refused for one, then in earnest. */
  async joinNew(given: Parameters<Rig['join']>[0] = {}): Promise<JoinResponse> {
    const { memberId } = await this.join(given);
    return this.join({ ...given, memberId });
  }

  sync(
    joined: JoinResponse,
    assignments: Record<string, string> = {},
    given: Partial<RequestOf<typeof syncGroup>> = {},
  ): Promise<SyncResponse> {
    return this.coordinator.syncGroup({
      groupId: GROUP,
      generationId: joined.generationId,
      memberId: joined.memberId,
      groupInstanceId: null,
      protocolType: null,
      protocolName: null,
      assignments: Object.entries(assignments).map(([memberId, assignment]) => ({
        memberId,
        assignment: Buffer.from(assignment),
      })),
      ...given,
    });
  }

  /** A group of one that is at work. */
  async stable(given: Parameters<Rig['join']>[0] = {}): Promise<JoinResponse> {
    const joining = given?.groupInstanceId ? this.join(given) : this.joinNew(given);
    await this.clock.advance(A_MOMENT_MS);
    const joined = await joining;
    await this.sync(
      joined,
      { [joined.memberId]: 'all' },
      { groupInstanceId: given?.groupInstanceId ?? null },
    );
    return joined;
  }

  /** Two members that have joined and have not yet synced, the leader first. */
  async joinedPair(): Promise<[JoinResponse, JoinResponse]> {
    const both = [this.joinNew(), this.joinNew()] as const;
    await this.clock.advance(A_MOMENT_MS);
    const [one, other] = await Promise.all(both);
    return one.leader === one.memberId ? [one, other] : [other, one];
  }

  /** A group of two that is at work, the leader first. */
  async stablePair(): Promise<[JoinResponse, JoinResponse]> {
    const [leader, follower] = await this.joinedPair();
    const waiting = this.sync(follower);
    await this.sync(leader, { [leader.memberId]: 'left', [follower.memberId]: 'right' });
    await waiting;
    return [leader, follower];
  }

  async heartbeat(
    { memberId, generationId }: Pick<JoinResponse, 'memberId' | 'generationId'>,
    groupInstanceId: string | null = null,
  ): Promise<number> {
    const request = { groupId: GROUP, memberId, generationId, groupInstanceId };
    return (await this.coordinator.heartbeat(request)).errorCode;
  }

  async leave(memberId: string): Promise<number> {
    const request = { groupId: GROUP, memberId, members: [] };
    return (await this.coordinator.leaveGroup(request, { version: 1 })).errorCode;
  }

  async leaveAll(
    ...members: readonly { memberId: string; groupInstanceId: string | null }[]
  ): Promise<number[]> {
    const request = {
      groupId: GROUP,
      memberId: '',
      members: members.map(({ memberId, groupInstanceId }) => ({ memberId, groupInstanceId, reason: null })),
    };
    const response = await this.coordinator.leaveGroup(request, { version: 5 });
    return response.members.map(({ errorCode }) => errorCode);
  }

  /** Commits one offset: as a member when one is given, else as a tool does. */
  async commit(
    offset: number,
    given: {
      by?: Pick<JoinResponse, 'memberId' | 'generationId'>;
      groupId?: string;
      topic?: string;
      partition?: number;
      metadata?: string | null;
      retentionTimeMs?: number;
      version?: number;
    } = {},
  ): Promise<number | undefined> {
    const { by, groupId = GROUP, topic = TOPIC, partition = 0, metadata = null, version = 7 } = given;
    const response = await this.coordinator.offsetCommit(
      {
        groupId,
        generationIdOrMemberEpoch: by?.generationId ?? -1,
        memberId: by?.memberId ?? '',
        groupInstanceId: null,
        retentionTimeMs: given.retentionTimeMs ?? -1,
        topics: [
          {
            name: topic,
            partitions: [
              {
                partitionIndex: partition,
                committedOffset: offset,
                committedLeaderEpoch: -1,
                committedMetadata: metadata,
              },
            ],
          },
        ],
      },
      { version },
    );
    return response.topics[0]?.partitions[0]?.errorCode;
  }

  fetch(
    topics: RequestOf<typeof offsetFetch>['topics'] = null,
    groupId = GROUP,
  ): Promise<ResponseOf<typeof offsetFetch>> {
    const request = { groupId, topics, groups: [], requireStable: false };
    return this.coordinator.offsetFetch(request, { version: 7 });
  }

  /** The offset of one partition, -1 for none. */
  async offsetOf(partition = 0, topic = TOPIC, groupId = GROUP): Promise<number | undefined> {
    const { topics } = await this.fetch([{ name: topic, partitionIndexes: [partition] }], groupId);
    return topics[0]?.partitions[0]?.committedOffset;
  }

  async state(groupId = GROUP): Promise<string | undefined> {
    const { groups } = await this.coordinator.describeGroups({
      groups: [groupId],
      includeAuthorizedOperations: false,
    });
    return groups[0]?.groupState;
  }

  private restore(): Promise<GroupCoordinator> {
    const log =
      (level: string) =>
      (_fields: object, message: string): void => {
        this.logged.push({ level, message });
      };
    const logger: Logger = { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
    return GroupCoordinator.restore({
      journal: this.journal,
      topicExists: (topic, partition) => this.topics.has(topic) && partition < 12,
      logger,
      clock: this.clock,
      bounds: this.bounds,
    });
  }
}

/** Protocols of these names, each with its name as metadata. */
export function offers(...names: readonly string[]): { name: string; metadata: Buffer }[] {
  return names.map((name) => ({ name, metadata: Buffer.from(name) }));
}

/** Metadata as consumers write them. */
export function subscription(...topics: readonly string[]): Buffer {
  const strings = topics.map((topic) => {
    const length = Buffer.alloc(2);
    length.writeInt16BE(Buffer.byteLength(topic));
    return Buffer.concat([length, Buffer.from(topic)]);
  });
  const head = Buffer.alloc(6);
  head.writeInt32BE(topics.length, 2);
  return Buffer.concat([head, ...strings, Buffer.alloc(4)]);
}

/** Whether the promise has been answered; undefined while it waits. */
export async function answerOf<T>(promise: Promise<T>): Promise<T | undefined> {
  return Promise.race([promise, settle().then(() => undefined)]);
}
