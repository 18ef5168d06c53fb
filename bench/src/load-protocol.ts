import type { Disorder, FleetOptions, FleetStats, LatencySummary } from '@fieldstream/testing';

/** What the load process can be told to do; everything a fleet takes that can be said in JSON. */
export interface LoadOptions extends Pick<FleetOptions, 'port' | 'connections'> {
  readonly host?: string;
  readonly devicesPerConnection?: number;
  readonly window?: number;
  readonly rate?: number | 'max';
  readonly publishes?: number;
  readonly seed?: number;
  readonly devicePrefix?: string;
  readonly disorder?: Disorder;
  readonly cleanSession?: boolean;
  readonly keepaliveSeconds?: number;
}

/** From the controlling process to the load process. */
export type LoadCommand = 'start' | 'mark' | 'stop';

/** From the load process. */
export type LoadMessage =
  | { readonly is: 'connected' }
  | { readonly is: 'progress'; readonly stats: FleetStats }
  /** Answer to `mark` and, with everything acked, to `stop`. */
  | { readonly is: 'report'; readonly report: LoadReport }
  | { readonly is: 'failed'; readonly reason: string };

export interface LoadReport {
  readonly stats: FleetStats;
  /** Since the mark before, or the start. */
  readonly seconds: number;
  readonly ackedSince: number;
  readonly ackedPerSecond: number;
  readonly latencyMs: LatencySummary;
  /** Distinct observations. */
  readonly observationsAcked: number;
}
