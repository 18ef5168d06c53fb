import { connect, type Socket } from 'node:net';
import type { Consumer, ConsumerConfig, ISocketFactoryArgs, KafkaMessage } from 'kafkajs';
import { eventually } from '@fieldstream/testing';
import { kafkaClient, type CaseScope } from '../../support/case-scope.js';

export interface SeenRecord {
  readonly partition: number;
  readonly offset: number;
  readonly key: string | null;
  readonly value: string | null;
  readonly timestampMs: number;
  readonly message: KafkaMessage;
}

export interface MemberOptions extends Partial<ConsumerConfig> {
  readonly groupId: string;
  readonly topic: string;
  readonly fromBeginning?: boolean;
  /** Default true. */
  readonly autoCommit?: boolean;
  /** Runs before `seen` has the record. */
  readonly onRecord?: (record: SeenRecord) => Promise<void>;
}

/** A kafkajs consumer of one topic that remembers what it was given. It leaves its group when the case ends. */
export class Member {
  readonly seen: SeenRecord[] = [];
  /** Partitions assigned at the last rebalance, sorted; undefined before the first. */
  assigned: readonly number[] | undefined;
  memberId = '';
  /** Fetches that were answered. */
  fetches = 0;
  private left: Promise<void> | undefined;

  private constructor(
    readonly consumer: Consumer,
    private readonly options: MemberOptions,
    private readonly sockets: OwnSockets,
  ) {}

  get groupId(): string {
    return this.options.groupId;
  }

  /** Joins and starts to consume; `joined` tells when the group gave it partitions. */
  static async start(scope: CaseScope, options: MemberOptions): Promise<Member> {
    const { groupId, topic, fromBeginning = true, autoCommit = true, onRecord, ...config } = options;
    const sockets = new OwnSockets();
    const kafka = kafkaClient(scope.target.brokers, {
      socketFactory: (args) => sockets.open(args),
    });
    const consumer = kafka.consumer({
      groupId,
      maxWaitTimeInMs: 100,
      sessionTimeout: 10_000,
      rebalanceTimeout: 10_000,
      heartbeatInterval: 200,
      allowAutoTopicCreation: false,
      ...config,
    });
    const member = new Member(consumer, options, sockets);
    scope.defer(() => member.leave());
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      member.memberId = payload.memberId;
      member.assigned = [...(payload.memberAssignment[topic] ?? [])].sort((a, b) => a - b);
    });
    consumer.on(consumer.events.FETCH, () => (member.fetches += 1));
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning });
    await consumer.run({
      autoCommit,
      eachMessage: async ({ partition, message }) => {
        const record = seenRecord(partition, message);
        await onRecord?.(record);
        member.seen.push(record);
      },
    });
    return member;
  }

  /** Resolves when the group has given it exactly these partitions, or so many. */
  async joined(expected: readonly number[] | number): Promise<void> {
    await eventually(
      () =>
        typeof expected === 'number'
          ? this.assigned?.length === expected
          : JSON.stringify(this.assigned) === JSON.stringify(expected),
      { what: `a member with partitions ${JSON.stringify(expected)}`, timeoutMs: 30_000, everyMs: 20 },
    );
  }

  /** Resolves when a fetch that began after this call was answered: by then it has its position. */
  async fetched(): Promise<void> {
    const before = this.fetches;
    await eventually(() => this.fetches >= before + 2, {
      what: 'two fetches',
      timeoutMs: 20_000,
      everyMs: 10,
    });
  }

  /** Resolves to all it has seen once that is `count` records or more. */
  async saw(count: number): Promise<readonly SeenRecord[]> {
    await eventually(
      () => {
        if (this.seen.length < count) throw new Error(`${this.seen.length} of ${count} records came`);
      },
      { what: `consuming ${this.options.topic}`, timeoutMs: 20_000, everyMs: 10 },
    );
    return this.seen;
  }

  /** Leaves the group in order. */
  async leave(): Promise<void> {
    this.left ??= this.sockets.areDead ? Promise.resolve() : this.consumer.disconnect();
    await this.left;
  }

  /** What kill -9 does as the broker sees it: the connections break, nothing more is ever sent. */
  async kill(): Promise<void> {
    this.sockets.kill();
    // Its requests fail from here on; this ends its loops.
    await this.consumer.disconnect().catch(() => {});
  }
}

/** The connections of one client, which can be broken for good. */
class OwnSockets {
  areDead = false;
  private readonly sockets = new Set<Socket>();

  open({ host, port, onConnect }: ISocketFactoryArgs): Socket {
    const socket = connect({ host, port }, onConnect);
    if (this.areDead) socket.destroy(new Error('killed'));
    this.sockets.add(socket);
    socket.once('close', () => this.sockets.delete(socket));
    return socket;
  }

  kill(): void {
    this.areDead = true;
    for (const socket of this.sockets) socket.destroy(new Error('killed'));
  }
}

function seenRecord(partition: number, message: KafkaMessage): SeenRecord {
  return {
    partition,
    offset: Number(message.offset),
    key: message.key?.toString() ?? null,
    value: message.value?.toString() ?? null,
    timestampMs: Number(message.timestamp),
    message,
  };
}

/** All records of a topic from its beginning, in the order of each partition, once `count` have come. */
export async function readAll(
  scope: CaseScope,
  topic: string,
  count: number,
): Promise<readonly SeenRecord[]> {
  const member = await Member.start(scope, { topic, groupId: scope.groupId() });
  const records = [...(await member.saw(count))];
  await member.leave();
  return records;
}
