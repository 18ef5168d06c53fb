import { type Checked } from '@fieldstream/domain';
import { type AlertRecord } from '@fieldstream/wire';
import { type AlertMessage } from './alert-message.js';

/** No attempt of any type takes longer, however many requests it makes. */
export const LONGEST_SEND_MS = 30_000;

/** What an attempt is given beside the message. */
export interface SendContext {
  /** Ends the attempt. Each type has a limit of its own besides. */
  readonly signal: AbortSignal;
  /** Where people see the alerts. */
  readonly consoleUrl?: string;
}

/**
 * A way by which alerts reach people, e.g. `slack`. To add one, write a file that exports a `ChannelType` with its table
 * test, and add a line to `CHANNEL_TYPES`. A type keeps no connection open between messages.
 *
 * @typeParam C Checked settings; plain JSON.
 */
export interface ChannelType<C extends object = object> {
  /** Name in `channel.type`; never changed once channels of this type are stored. */
  readonly type: string;
  /**
   * Fields of the config that are secrets: never shown, never logged. Dotted paths, in which `*` stands for every field of
   * an object. An address that lets whoever knows it write is a secret.
   */
  readonly secretFields: readonly string[];
  /** What a channel of this type has where it says nothing else. */
  readonly defaults: { readonly groupWaitMs: number; readonly messagesPerMinute: number };
  /** Checks `channel.config`. Fields of the problems start with `config`. Never connects. The value survives JSON unchanged. */
  parseConfig(input: unknown): Checked<C>;
  /**
   * Resolves when the receiver has taken the message, all of it. May be called again with a message that was taken in
   * whole or in part.
   * @throws DeliveryError
   */
  send(config: C, message: AlertMessage, context: SendContext): Promise<void>;
  /**
   * Of types whose receiver keeps a state of its own, which lapses: tells all open alerts again. To be called every minute.
   * @throws DeliveryError
   */
  refresh?(config: C, alerts: readonly AlertRecord[], context: SendContext): Promise<void>;
}

/** What most types start with: a burst is one message, and a chat is not flooded. */
export const CHAT_DEFAULTS = { groupWaitMs: 3_000, messagesPerMinute: 20 } as const;
