import type { CommandAnswer, DeviceDescription, DevicePresence, Telemetry } from '@fieldstream/domain';

/** One MQTT publish as the bridge received it. */
export interface PublishInput {
  readonly topic: string;
  /** `topic.split('/')`, split once for all decoders. */
  readonly levels: readonly string[];
  readonly payload: Uint8Array;
  /** Received time, epoch milliseconds: what a payload's own times are judged by. */
  readonly receivedAtMs: number;
  /** Gives times to samples without a usable time of their own; where it is missing, received time counts up from there. */
  readonly stamp?: ReceivedTimeStamp;
  /**
   * The registered device that the client proved to be. A family whose payload, not its topic, names the device takes
   * this one instead; one that takes it from the topic, or reports for others, decodes as ever, and what is not the
   * identity's own is refused afterwards.
   */
  readonly identity?: string;
  /** User name of the client, proven or not; ThingsBoard's devices are named by it. */
  readonly username?: string;
  /** Name of the foreign broker it came from; keeps apart what is known of devices there. Undefined: our own clients. */
  readonly source?: string;
}

/**
 * Reserves `count` consecutive milliseconds of a device for samples that have no usable time of their own, and returns
 * the first. Called at most once for each device of a publish.
 */
export type ReceivedTimeStamp = (deviceId: string, count: number) => number;

/** Why a payload was refused: a closed list, used as metric label, dead-letter header and in the documentation. */
export const REJECT_REASONS = [
  'empty-payload',
  'invalid-utf8',
  'invalid-json',
  'invalid-cbor',
  'invalid-protobuf',
  'invalid-payload',
  'not-an-object',
  'no-values',
  'invalid-device-id',
  'invalid-metric-name',
  'invalid-value',
  'non-finite-number',
  'text-too-long',
  'too-deep',
  'too-many-metrics',
  'too-many-samples',
  'invalid-timestamp',
  'unknown-alias',
  'not-own-device',
  'record-too-large',
  'record-refused',
] as const;
export type RejectReason = (typeof REJECT_REASONS)[number];

/**
 * A change of what a family keeps in mind of earlier publishes. The bridge writes it to a compacted topic before the
 * publish is acknowledged, and every bridge applies it (`DecoderSet.apply`), itself too: a restart loses nothing.
 */
export interface StateChange {
  /** Unique within the family: at most 512 characters. */
  readonly key: string;
  /** JSON; null: forgotten. */
  readonly value: unknown;
}

/** A message that a family wants sent in answer, such as Sparkplug's request for a rebirth. QoS 0, not retained. */
export interface PublishRequest {
  readonly topic: string;
  readonly payload: Uint8Array;
}

/** What a publish says. A part that is missing is empty. */
export interface Decoded {
  readonly kind: 'decoded';
  /** At most one entry for each device and value of `historical`. */
  readonly telemetry: readonly Telemetry[];
  readonly presence?: readonly DevicePresence[];
  readonly descriptions?: readonly DeviceDescription[];
  /** What devices say of commands that they were sent. */
  readonly answers?: readonly CommandAnswer[];
  readonly state?: readonly StateChange[];
  readonly requests?: readonly PublishRequest[];
  /** True where some sample took its time from the publish's arrival. */
  readonly receivedTimeUsed: boolean;
  /** Timestamps that were replaced by received time because they were implausible. */
  readonly implausibleTimes: number;
}

/** The outcome of decoding is a value; a decoder never throws on input. */
export type DecodeResult =
  | Decoded
  /** The family's own, but nothing to be stored: an echo, an answer, a repetition, a removal. Ordinary MQTT. */
  | { readonly kind: 'ignored' }
  | {
      readonly kind: 'rejected';
      readonly reason: RejectReason;
      readonly detail: string;
      readonly deviceId?: string;
      /** What is asked for all the same: a Sparkplug alias that is not known asks for a rebirth. */
      readonly requests?: readonly PublishRequest[];
    };

/** One device family: which publishes are its own, and how their bytes become readings. Pure, but for its state. */
export interface Decoder {
  /** Kebab-case name, recorded with dead letters and as the family of devices. */
  readonly name: string;
  /**
   * Whether this family owns the publish: by topic, and where the topic does not say, by a cheap look at the payload
   * (no parsing). Called for every publish that no family before it claims; must not throw.
   */
  claims(levels: readonly string[], payload: Uint8Array, source: string | undefined): boolean;
  decode(input: PublishInput): DecodeResult;
  /** Applies a change that `decode` made here or on another bridge; called before the decoding that follows it. */
  apply?(change: StateChange): void;
  /**
   * Topic filters that a device of this family subscribes to for what is meant for it, where policy `registered` asks;
   * none reaches the topics of another device.
   */
  ownFilters?(deviceId: string): readonly string[];
}
