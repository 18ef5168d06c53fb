import { type MemberTerms } from './member.js';

/** Under which IDs a request comes. */
export interface Identity {
  /** Empty when the client has none yet. */
  readonly memberId: string;
  readonly groupInstanceId: string | null;
}

export interface JoinAttempt extends Identity {
  readonly terms: MemberTerms;
  readonly protocolType: string;
  /** The client understands MEMBER_ID_REQUIRED (JoinGroup version 4). */
  readonly requireKnownMemberId: boolean;
  /** The client understands `skipAssignment` (JoinGroup version 9). */
  readonly supportsSkippingAssignment: boolean;
}

export interface SyncAttempt extends Identity {
  readonly generationId: number;
  /** Null where the version does not tell. */
  readonly protocolType: string | null;
  readonly protocolName: string | null;
  /** By member ID; empty but for the leader. */
  readonly assignments: ReadonlyMap<string, Buffer>;
}
