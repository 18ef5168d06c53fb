import { compareSeverity, SEVERITIES, type Severity } from '@fieldstream/domain';
import type { AlertChange } from '@fieldstream/wire';

/** Unsent notifications of one rule to one channel. */
export interface UnsentGroup {
  readonly ruleId: string;
  /** Ages of its newest and its oldest notification. */
  readonly newestMs: number;
  readonly oldestMs: number;
}

/** A message of the channel that is neither delivered nor given up. */
export interface OpenMessage {
  /** Null for a digest: a message over several rules. */
  readonly ruleId: string | null;
  /** An attempt has failed, or came to no end. */
  readonly isFailing: boolean;
}

/** What decides which messages a channel gets now. */
export interface MessageDemand {
  readonly groupWaitMs: number;
  /** How many more messages it may get in this minute. */
  readonly budget: number;
  readonly open: readonly OpenMessage[];
  /** The oldest first. */
  readonly groups: readonly UnsentGroup[];
}

/** Rules whose notifications go into one message; more than one make a digest. */
export type PlannedMessage = readonly string[];

/** A burst that goes on is told after so many times the group wait. */
const LONGEST_WAIT = 5;
/** What waits for so long beyond that was held back: the receiver failed, or the budget was used up. */
const HELD_BACK_MS = 10_000;

/**
 * Which messages to form now. A group is ripe when it pauses for the group wait, or is five times as old. Then:
 * - a rule has one open message at most, and a digest is open alone, so that the changes of an alert stay in their order;
 * - while a message fails, one other is tried beside it: it tells whether the receiver or the message is at fault;
 * - groups that were held back, and groups beyond the budget, are put together into one digest.
 */
export function planMessages({ groupWaitMs, budget, open, groups }: MessageDemand): PlannedMessage[] {
  if (budget <= 0 || open.some(({ ruleId }) => ruleId === null)) return [];
  const busy = new Set(open.map(({ ruleId }) => ruleId));
  const ripe = groups.filter(
    ({ ruleId, newestMs, oldestMs }) =>
      !busy.has(ruleId) && (newestMs >= groupWaitMs || oldestMs >= LONGEST_WAIT * groupWaitMs),
  );
  const rules = ripe.map(({ ruleId }) => ruleId);
  const single = rules.slice(0, 1).map((ruleId) => [ruleId]);
  if (open.some(({ isFailing }) => isFailing)) return open.length === 1 ? single : [];
  const held = ripe.filter(({ oldestMs }) => oldestMs >= LONGEST_WAIT * groupWaitMs + HELD_BACK_MS);
  // A digest waits for the open messages to end; nothing new goes before it.
  if (held.length > 1) return open.length === 0 ? [rules] : [];
  if (rules.length <= budget) return rules.map((ruleId) => [ruleId]);
  if (budget > 1) return rules.slice(0, budget - 1).map((ruleId) => [ruleId]);
  return open.length === 0 ? [rules] : [];
}

/** What a channel wants to be told. */
export interface ChannelWishes {
  readonly minSeverity: Severity;
  readonly sendResolved: boolean;
}

/** An unsent notification, with what is known of its alert. */
export interface Candidate {
  readonly id: string;
  readonly alertId: string;
  readonly change: AlertChange;
  readonly severity: string;
  /** The alert is snoozed at this moment. */
  readonly isSnoozed: boolean;
  /** The channel was sent an earlier change of this alert. */
  readonly wasTold: boolean;
}

export interface SortedOut {
  /** To be sent, in their order. */
  readonly sent: readonly string[];
  /** Closed unsent: reason → IDs. */
  readonly closed: ReadonlyMap<string, readonly string[]>;
}

/** Which notifications a channel wants; given in their order. */
export function sortOut(candidates: readonly Candidate[], wishes: ChannelWishes): SortedOut {
  const sent: string[] = [];
  const closed = new Map<string, string[]>();
  const told = new Set<string>();
  for (const candidate of candidates) {
    const wasTold = candidate.wasTold || told.has(candidate.alertId);
    const reason = reasonToClose({ ...candidate, wasTold }, wishes);
    if (reason === undefined) {
      sent.push(candidate.id);
      told.add(candidate.alertId);
    } else closed.set(reason, [...(closed.get(reason) ?? []), candidate.id]);
  }
  return { sent, closed };
}

function reasonToClose(
  { change, severity, isSnoozed, wasTold }: Candidate,
  { minSeverity, sendResolved }: ChannelWishes,
): string | undefined {
  if (change === 'resolved') {
    if (!sendResolved) return 'the channel is not told of resolutions';
    return wasTold ? undefined : 'the channel had not been told of the alert';
  }
  if (isSnoozed) return 'the alert is snoozed';
  const known = SEVERITIES.find((each) => each === severity);
  const isBelow = known !== undefined && compareSeverity(known, minSeverity) < 0;
  return isBelow && !wasTold ? "below the channel's minimum severity" : undefined;
}
