import { type ErrorCode } from './error-code.js';

/** What the leader is told of each member. */
export interface JoinedMember {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly metadata: Buffer;
}

/** The answer to a join. Without an error, `members` is filled for the leader alone. */
export interface JoinOutcome {
  readonly error: ErrorCode;
  readonly memberId: string;
  readonly generationId: number;
  readonly protocolType: string | null;
  readonly protocolName: string | null;
  readonly leaderId: string;
  /** The leader need not assign anew (JoinGroup version 9). */
  readonly skipAssignment: boolean;
  readonly members: readonly JoinedMember[];
}

/** The answer to a sync. */
export interface SyncOutcome {
  readonly error: ErrorCode;
  readonly protocolType: string | null;
  readonly protocolName: string | null;
  readonly assignment: Buffer;
}

export type Reply<T> = (outcome: T) => void;

export const NO_BYTES = Buffer.alloc(0);

/** The answer to a join that failed. */
export function refusedJoin(error: ErrorCode, memberId: string): JoinOutcome {
  return {
    error,
    memberId,
    generationId: -1,
    protocolType: null,
    protocolName: null,
    leaderId: '',
    skipAssignment: false,
    members: [],
  };
}

/** The answer to a sync that failed. */
export function refusedSync(error: ErrorCode): SyncOutcome {
  return { error, protocolType: null, protocolName: null, assignment: NO_BYTES };
}
