import type { BrokerConfig, DecodingConfig } from '@fieldstream/config';

/** Injection token of `ApiSettings`. */
export const API_SETTINGS = Symbol('API_SETTINGS');

/** What the controllers need to know of the configuration and the clock. */
export interface ApiSettings {
  readonly topicPrefix: string;
  readonly rawRetentionDays: number | undefined;
  /** Where devices connect. */
  readonly broker: BrokerConfig;
  /** How dead letters are decoded when they are replayed. */
  readonly decoding: DecodingConfig;
  /** Epoch milliseconds. */
  now(): number;
}
