/** Injection token of `ApiSettings`. */
export const API_SETTINGS = Symbol('API_SETTINGS');

/** What the controllers need to know of the configuration and the clock. */
export interface ApiSettings {
  readonly topicPrefix: string;
  readonly rawRetentionDays: number | undefined;
  /** Epoch milliseconds. */
  now(): number;
}
