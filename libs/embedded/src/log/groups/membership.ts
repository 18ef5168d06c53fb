import { ERROR } from '../protocol/error-codes.js';
import { type ErrorCode } from './error-code.js';
import { type Member, type MemberProtocol } from './member.js';
import { type JoinedMember } from './outcomes.js';

/** Who is in a group: its members in the order in which they came, the static ones by instance ID, and the leader. */
export class Membership {
  private readonly members = new Map<string, Member>();
  private readonly staticIds = new Map<string, string>();
  leaderId: string | undefined;

  get size(): number {
    return this.members.size;
  }

  all(): Member[] {
    return [...this.members.values()];
  }

  get(memberId: string): Member | undefined {
    return this.members.get(memberId);
  }

  staticMember(groupInstanceId: string): Member | undefined {
    return this.members.get(this.staticIds.get(groupInstanceId) ?? '');
  }

  isLeader(member: Member): boolean {
    return member.memberId === this.leaderId;
  }

  add(member: Member): void {
    this.members.set(member.memberId, member);
    if (member.groupInstanceId !== null) this.staticIds.set(member.groupInstanceId, member.memberId);
  }

  /** A leader has no successor before the next election. */
  remove(member: Member): void {
    this.members.delete(member.memberId);
    if (member.groupInstanceId !== null) this.staticIds.delete(member.groupInstanceId);
    if (this.isLeader(member)) this.leaderId = undefined;
  }

  /** Puts a restarted static member in the place of its earlier self, which stays leader if it was. */
  replace(earlier: Member, successor: Member): void {
    const led = this.isLeader(earlier);
    this.remove(earlier);
    this.add(successor);
    if (led) this.leaderId = successor.memberId;
  }

  /** Whether requests under these IDs come from a member: none, UNKNOWN_MEMBER_ID or FENCED_INSTANCE_ID. */
  validate(memberId: string, groupInstanceId: string | null): ErrorCode {
    if (groupInstanceId !== null) {
      const holder = this.staticIds.get(groupInstanceId);
      if (holder === undefined) return ERROR.unknownMemberId;
      if (holder !== memberId) return ERROR.fencedInstanceId;
    }
    return this.members.has(memberId) ? ERROR.none : ERROR.unknownMemberId;
  }

  get haveAllJoined(): boolean {
    return this.all().every(({ awaitsJoin }) => awaitsJoin);
  }

  /** Whether at least one of the protocols is offered by every member. */
  supportsOneOf(protocols: readonly MemberProtocol[]): boolean {
    const common = this.commonProtocols();
    return protocols.some(({ name }) => common.has(name));
  }

  /** Keeps a leader who has joined, else elects the oldest member who has. False when nobody has. */
  electJoinedLeader(): boolean {
    const leader = this.members.get(this.leaderId ?? '');
    if (leader?.awaitsJoin === true) return true;
    const joined = this.all().find(({ awaitsJoin }) => awaitsJoin);
    if (joined !== undefined) this.leaderId = joined.memberId;
    return joined !== undefined;
  }

  /** Each member votes for the first of its protocols that all offer; most votes win, the earliest vote at a tie. */
  electProtocol(): string | undefined {
    const common = this.commonProtocols();
    const votes = new Map<string, number>();
    for (const member of this.all()) {
      const choice = member.terms.protocols.find(({ name }) => common.has(name))?.name;
      if (choice !== undefined) votes.set(choice, (votes.get(choice) ?? 0) + 1);
    }
    let winner: string | undefined;
    for (const [name, count] of votes) {
      if (winner === undefined || count > (votes.get(winner) ?? 0)) winner = name;
    }
    return winner;
  }

  /** What the leader assigns from. */
  joined(protocolName: string): JoinedMember[] {
    return this.all().map((member) => ({
      memberId: member.memberId,
      groupInstanceId: member.groupInstanceId,
      metadata: member.metadataFor(protocolName),
    }));
  }

  /** The longest that any member asks to be waited for. */
  get rebalanceTimeoutMs(): number {
    return this.all().reduce((longest, { terms }) => Math.max(longest, terms.rebalanceTimeoutMs), 0);
  }

  private commonProtocols(): Set<string> {
    const [first, ...others] = this.all();
    const common = new Set(first?.terms.protocols.map(({ name }) => name));
    for (const { terms } of others) {
      const names = new Set(terms.protocols.map(({ name }) => name));
      for (const name of common) if (!names.has(name)) common.delete(name);
    }
    return common;
  }
}
