import type { Queryable } from './queryable.js';

/** What one bridge process has done since it started; in publishes. */
export interface BridgeLedgerRow {
  readonly instance: string;
  readonly startedAtMs: number;
  readonly reportedAtMs: number;
  readonly received: number;
  readonly produced: number;
  readonly presence: number;
  readonly deadLettered: number;
  readonly shed: number;
  readonly refused: number;
  readonly inFlight: number;
}

/** Stores the newest report of each bridge process; an older one changes nothing. MUST run inside a transaction. */
export async function writeBridgeLedgers(
  client: Queryable,
  ledgers: readonly BridgeLedgerRow[],
): Promise<void> {
  if (ledgers.length === 0) return;
  const newest = new Map<string, BridgeLedgerRow>();
  for (const ledger of ledgers) {
    const before = newest.get(ledger.instance);
    if (!before || before.reportedAtMs <= ledger.reportedAtMs) newest.set(ledger.instance, ledger);
  }
  await client.query(
    `INSERT INTO bridge_ledger AS b
       (instance, started_at, reported_at, received, produced, presence, dead_lettered, shed, refused, in_flight)
     SELECT r.instance, to_timestamp(r."startedAtMs" / 1000), to_timestamp(r."reportedAtMs" / 1000), r.received,
            r.produced, r.presence, r."deadLettered", r.shed, r.refused, r."inFlight"
     FROM jsonb_to_recordset($1::jsonb) AS r (instance text, "startedAtMs" float8, "reportedAtMs" float8,
       received bigint, produced bigint, presence bigint, "deadLettered" bigint, shed bigint, refused bigint,
       "inFlight" bigint)
     ORDER BY r.instance COLLATE "C"
     ON CONFLICT (instance) DO UPDATE SET
       started_at = EXCLUDED.started_at, reported_at = EXCLUDED.reported_at, received = EXCLUDED.received,
       produced = EXCLUDED.produced, presence = EXCLUDED.presence, dead_lettered = EXCLUDED.dead_lettered,
       shed = EXCLUDED.shed, refused = EXCLUDED.refused, in_flight = EXCLUDED.in_flight
     WHERE b.reported_at <= EXCLUDED.reported_at`,
    [JSON.stringify([...newest.values()])],
  );
}
