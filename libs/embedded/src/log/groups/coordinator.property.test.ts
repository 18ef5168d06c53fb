import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ERROR } from '../protocol/error-codes.js';
import { settle } from './testing/fake-clock.js';
import { type JoinResponse, offers, REBALANCE_MS, Rig, SESSION_MS } from './testing/rig.js';

const SLOTS = 4;
const PARTITIONS = 3;

/** One place at which one client after the other runs; the last place has a group instance ID. */
interface Slot {
  readonly index: number;
  readonly instance: string | null;
  memberId: string;
  joined: JoinResponse | undefined;
}

interface Waiting {
  readonly sinceMs: number;
  readonly what: string;
}

type Step =
  | { readonly do: 'join' | 'sync' | 'heartbeat' | 'leave' | 'vanish'; readonly slot: number }
  | { readonly do: 'commit'; readonly slot: number; readonly partition: number }
  | { readonly do: 'advance'; readonly ms: number }
  | { readonly do: 'tool-commit'; readonly partition: number }
  | { readonly do: 'crash' | 'restart' | 'hold' | 'release' | 'fill' | 'empty' | 'compact' | 'sweep' };

const slot = fc.nat(SLOTS - 1);
const partition = fc.nat(PARTITIONS - 1);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constantFrom('join' as const, 'sync' as const), slot }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('heartbeat' as const), slot }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('leave' as const, 'vanish' as const), slot }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('commit' as const), slot, partition }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('tool-commit' as const), partition }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('advance' as const),
      ms: fc.constantFrom(10, 60, 200, SESSION_MS / 2, SESSION_MS, REBALANCE_MS),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'crash' as const,
        'restart' as const,
        'hold' as const,
        'release' as const,
        'fill' as const,
        'empty' as const,
        'compact' as const,
        'sweep' as const,
      ),
    }),
  },
);

/** Clients without sense, and what must be true of the group whatever they do. */
class Scenario {
  private readonly slots: Slot[];
  private readonly waiting = new Set<Waiting>();
  private readonly slotOfMember = new Map<string, number>();
  private readonly leaders = new Map<string, Set<string>>();
  private readonly committed = new Map<number, number>();
  private commitsUnderWay = 0;
  private nextOffset = 1;
  /** A group of which nothing is left is forgotten, and one of the same name begins to count anew. */
  private lives = 0;
  private failure: unknown;
  /** Counts the coordinators: what an earlier one answers is of no concern any more. */
  private run = 0;

  constructor(private readonly rig: Rig) {
    this.slots = Array.from({ length: SLOTS }, (_, index) => ({
      index,
      instance: index === SLOTS - 1 ? 'instance' : null,
      memberId: '',
      joined: undefined,
    }));
  }

  async take(given: Step): Promise<void> {
    switch (given.do) {
      case 'join':
        this.join(this.slotAt(given.slot));
        break;
      case 'sync':
        this.sync(this.slotAt(given.slot));
        break;
      case 'heartbeat':
        await this.heartbeat(this.slotAt(given.slot));
        break;
      case 'leave':
        await this.leave(this.slotAt(given.slot));
        break;
      case 'vanish':
        this.forget(this.slotAt(given.slot));
        break;
      case 'commit':
        this.commit(given.partition, this.slotAt(given.slot).joined);
        break;
      case 'tool-commit':
        this.commit(given.partition, undefined);
        break;
      case 'advance':
        await this.rig.clock.advance(given.ms);
        break;
      case 'crash':
        this.startRun();
        await this.rig.crash();
        break;
      case 'restart':
        this.rig.journal.release();
        await settle();
        await this.rig.restart();
        await settle();
        this.startRun();
        break;
      case 'hold':
        this.rig.journal.hold();
        break;
      case 'release':
        this.rig.journal.release();
        break;
      case 'fill':
        this.rig.journal.isFull = true;
        break;
      case 'empty':
        this.rig.journal.isFull = false;
        break;
      case 'compact':
        this.rig.journal.compact();
        break;
      case 'sweep':
        void this.rig.coordinator.sweep();
        break;
    }
    await settle();
    await this.check();
  }

  /** All clients are gone for good: nothing of them may stay but the offsets. */
  async end(): Promise<void> {
    this.rig.journal.isFull = false;
    this.rig.journal.release();
    for (const one of this.slots) this.forget(one);
    await this.rig.clock.advance(2 * (REBALANCE_MS + SESSION_MS));
    expect(['Empty', 'Dead']).toContain(await this.rig.state());
    await this.check();
    expect(this.commitsUnderWay).toBe(0);
    await this.rig.coordinator.close();
    await settle();
    expect([...this.waiting]).toEqual([]);
    expect(this.rig.clock.timerCount).toBe(0);
  }

  private async check(): Promise<void> {
    if (this.failure !== undefined) throw this.failure;
    const now = this.rig.clock.now();
    for (const { sinceMs, what } of this.waiting) {
      // INVARIANT: every join and every sync is answered within the rebalance timeout.
      expect({ what, forMs: now - sinceMs, late: now - sinceMs > REBALANCE_MS }).toMatchObject({
        late: false,
      });
    }
    for (const [round, leaderIds] of this.leaders) {
      // INVARIANT: a generation has one leader; a static one that has restarted is still the same.
      const leaders = new Set([...leaderIds].map((memberId) => this.slotOfMember.get(memberId)));
      expect([round, leaders.size]).toEqual([round, 1]);
    }
    if ((await this.rig.state()) === 'Dead') this.lives += 1;
    if (this.commitsUnderWay > 0) return;
    for (let index = 0; index < PARTITIONS; index += 1) {
      // INVARIANT: what was committed last, and answered, is what is fetched.
      expect([index, await this.rig.offsetOf(index)]).toEqual([index, this.committed.get(index) ?? -1]);
    }
  }

  private join(client: Slot): void {
    const run = this.run;
    const instance = client.instance;
    const given = {
      version: [3, 4, 9, 5][client.index] ?? 5,
      memberId: client.memberId,
      groupInstanceId: instance,
      protocols: offers('range', ...(client.index % 2 === 0 ? ['sticky'] : [])),
    };
    this.wait(`join of ${client.index}`, this.rig.join(given), (response) => {
      if (run !== this.run) return;
      this.slotOfMember.set(response.memberId, client.index);
      if (response.errorCode === ERROR.memberIdRequired) client.memberId = response.memberId;
      if (response.errorCode === ERROR.unknownMemberId) this.forget(client);
      if (response.errorCode !== ERROR.none) return;
      client.memberId = response.memberId;
      client.joined = response;
      const round = `${run}/${this.lives}/${response.generationId}`;
      this.leaders.set(round, (this.leaders.get(round) ?? new Set()).add(response.leader));
      expect(response.protocolName).toBe('range');
    });
  }

  private sync(client: Slot): void {
    const { joined, instance, memberId } = client;
    if (joined === undefined) return;
    const assignments = Object.fromEntries(
      joined.members.map((one) => [one.memberId, `${this.run}/${joined.generationId}`] as const),
    );
    const syncing = this.rig.sync({ ...joined, memberId }, assignments, { groupInstanceId: instance });
    const run = this.run;
    this.wait(`sync of ${client.index}`, syncing, ({ errorCode, assignment }) => {
      if (errorCode === ERROR.unknownMemberId && run === this.run) this.forget(client);
      if (errorCode !== ERROR.none) return;
      // INVARIANT: an assignment is of the generation that the member has joined.
      if (assignment.length > 0) expect(String(assignment)).toBe(`${run}/${joined.generationId}`);
    });
  }

  private async heartbeat(client: Slot): Promise<void> {
    if (client.joined === undefined) return;
    const code = await this.rig.heartbeat(client.joined, client.instance);
    expect([ERROR.none, ERROR.rebalanceInProgress, ERROR.illegalGeneration, ERROR.unknownMemberId]).toContain(
      code,
    );
    if (code === ERROR.unknownMemberId) this.forget(client);
  }

  private async leave(client: Slot): Promise<void> {
    const { memberId, instance } = client;
    const codes = await this.rig.leaveAll({ memberId, groupInstanceId: instance });
    expect([ERROR.none, ERROR.unknownMemberId]).toContain(codes[0]);
    this.forget(client);
  }

  private commit(index: number, by: JoinResponse | undefined): void {
    const offset = this.nextOffset;
    this.nextOffset += 1;
    this.commitsUnderWay += 1;
    const run = this.run;
    const committing = this.rig.commit(offset, { partition: index, ...(by === undefined ? {} : { by }) });
    void committing.then((code) => {
      if (run !== this.run) return;
      this.commitsUnderWay -= 1;
      if (code === ERROR.none) this.committed.set(index, offset);
    });
  }

  private wait<T>(what: string, promise: Promise<T>, then: (answer: T) => void): void {
    const entry = { what, sinceMs: this.rig.clock.now() };
    this.waiting.add(entry);
    promise.then(then).then(
      () => this.waiting.delete(entry),
      (error: unknown) => {
        this.failure ??= error;
      },
    );
  }

  private startRun(): void {
    this.run += 1;
    this.waiting.clear();
    this.commitsUnderWay = 0;
  }

  private forget(client: Slot): void {
    client.memberId = '';
    client.joined = undefined;
  }

  private slotAt(index: number): Slot {
    const found = this.slots[index];
    if (found === undefined) throw new RangeError(`no slot ${index}`);
    return found;
  }
}

describe('the coordinator, whatever its clients and its disk do', () => {
  test('keeps its promises', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 80, size: 'max' }), async (steps) => {
        const scenario = new Scenario(await Rig.open());
        for (const given of steps) await scenario.take(given);
        await scenario.end();
      }),
      { numRuns: 150 },
    );
  });
});
