import { type Severity } from './severity.js';

/** A way by which people get alerts. What stands in `config`, and how a message gets there, is its type's affair. */
export interface Channel {
  /** Lower-case letters, digits and `-`; at most 64 characters; never changes. */
  readonly id: string;
  /** For people. */
  readonly name: string;
  /** E.g. `webhook`, `slack`, `email`, `alertmanager`. */
  readonly type: string;
  readonly enabled: boolean;
  /** Settings of the type, secrets among them: never shown, never logged. */
  readonly config: object;
  /** Alerts less severe than this are not sent here. */
  readonly minSeverity: Severity;
  /** Whether it is told when an alert is resolved. */
  readonly sendResolved: boolean;
  /**
   * A message about a rule waits until its alerts pause for this long, but at most five times as long; so a burst makes
   * one message.
   */
  readonly groupWaitMs: number;
  /** More messages than this in a minute are put together, across rules. */
  readonly messagesPerMinute: number;
}
