import type { PresenceState, Telemetry } from '@fieldstream/domain';

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
  'record-too-large',
  'record-refused',
] as const;
export type RejectReason = (typeof REJECT_REASONS)[number];

/** The outcome of decoding is a value; a decoder never throws on input. */
export type DecodeResult =
  | {
      readonly kind: 'telemetry';
      /** One entry per device that the publish reports on, at least one. */
      readonly telemetry: readonly Telemetry[];
      /** True where some sample took its time from the publish's arrival. */
      readonly receivedTimeUsed: boolean;
      /** Timestamps that were replaced by received time because they were implausible. */
      readonly implausibleTimes: number;
    }
  | { readonly kind: 'presence'; readonly deviceId: string; readonly state: PresenceState }
  | {
      readonly kind: 'rejected';
      readonly reason: RejectReason;
      readonly detail: string;
      readonly deviceId?: string;
    };

/** One device family: which topics are its own, and how its bytes become readings. Pure. */
export interface Decoder {
  /** Kebab-case name, recorded with dead letters. */
  readonly name: string;
  /** Whether this family owns the topic; cheap, called for every publish. */
  claims(levels: readonly string[]): boolean;
  decode(input: PublishInput): DecodeResult;
}
