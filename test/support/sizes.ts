import { engineKind } from '@fieldstream/testing';

/** How much of everything the tests of the whole pipeline do. What they prove is the same; how often they try it is not. */
export interface Sizes {
  /** Point 1: publishes a second, and how long Kafka is away under them. */
  readonly outage: { readonly rate: number; readonly connections: number; readonly awayMs: number };
  /** Point 2: publishes for each kind of connection. */
  readonly orderPublishes: number;
  /** Point 3: publishes with repetitions, and the acks after which connections are cut. */
  readonly repeated: { readonly publishes: number; readonly cutAfter: number };
  /** Point 4: kills of the aggregator, at publishes a second. */
  readonly together: { readonly kills: number; readonly rate: number; readonly publishesAfter: number };
  /** Point 5: snapshots taken while data comes in, at publishes a second. */
  readonly rollup: { readonly snapshots: number; readonly rate: number };
  /** Point 6: publishes of the balanced ledger. */
  readonly ledgerPublishes: number;
  /** Point 7: devices, readings of each, and kills of the alerter among them. */
  readonly alerts: { readonly devices: number; readonly readings: number; readonly kills: number };
  /** Point 7: crossings of a rule, and kills of the alerter among them. */
  readonly crossings: { readonly count: number; readonly kills: number };
  /** Point 7: publishes of each device that rules of every kind are evaluated over. */
  readonly kinds: { readonly publishes: number };
  /** How long receivers of alerts are away. */
  readonly receiversAwayMs: number;
  /** After which silence a device is missed. */
  readonly silenceMs: number;
  /** Point 8: kills of random processes, at publishes a second, until at least so many publishes were made. */
  readonly crash: { readonly kills: number; readonly rate: number; readonly leastPublishes: number };
  /** Point 8: publishes a second while the database is away. */
  readonly databaseOutage: { readonly rate: number; readonly awayMs: number };
}

/** For given engines, as in production. */
const FULL: Sizes = {
  outage: { rate: 2_000, connections: 100, awayMs: 20_000 },
  orderPublishes: 20_000,
  repeated: { publishes: 20_000, cutAfter: 5_000 },
  together: { kills: 4, rate: 3_000, publishesAfter: 4_000 },
  rollup: { snapshots: 40, rate: 2_000 },
  ledgerPublishes: 5_000,
  alerts: { devices: 40, readings: 250, kills: 5 },
  crossings: { count: 100, kills: 6 },
  kinds: { publishes: 500 },
  receiversAwayMs: 60_000,
  silenceMs: 4_000,
  // 120,000 readings.
  crash: { kills: 14, rate: 600, leastPublishes: 30_000 },
  databaseOutage: { rate: 1_000, awayMs: 30_000 },
};

/** For the embedded engines: small enough for `npm test` on two cores, on which two test files share everything. */
const SMALL: Sizes = {
  outage: { rate: 500, connections: 50, awayMs: 12_000 },
  orderPublishes: 6_000,
  repeated: { publishes: 5_000, cutAfter: 1_500 },
  together: { kills: 3, rate: 800, publishesAfter: 2_000 },
  rollup: { snapshots: 20, rate: 500 },
  ledgerPublishes: 2_000,
  alerts: { devices: 20, readings: 120, kills: 3 },
  crossings: { count: 100, kills: 3 },
  kinds: { publishes: 300 },
  receiversAwayMs: 8_000,
  silenceMs: 8_000,
  crash: { kills: 6, rate: 400, leastPublishes: 8_000 },
  databaseOutage: { rate: 400, awayMs: 8_000 },
};

export const SIZES: Sizes = engineKind() === 'given' ? FULL : SMALL;
