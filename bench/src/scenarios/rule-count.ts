import { setTimeout as delay } from 'node:timers/promises';
import { NO_LABELS, parseRule, type Rule } from '@fieldstream/domain';
import { FLEET_METRICS, fleetValue } from '@fieldstream/testing';
import { migrate } from '@fieldstream/timescale';
import { encodeTelemetry, TOPICS } from '@fieldstream/wire';
import { EvaluationDraft } from '../../../apps/alerter/src/evaluation-draft.js';
import { EvaluationStates } from '../../../apps/alerter/src/evaluation-states.js';
import { matchReadings } from '../../../apps/alerter/src/matched-observation.js';
import { RuleSet } from '../../../apps/alerter/src/rule-set.js';
import { backlogGrowth, isFlat, type BacklogSample } from '../backlog.js';
import type { BenchBed } from '../bench-bed.js';
import type { Figure } from '../figure.js';
import { LoadProcess } from '../load-process.js';
import { describeUsage, UsageMeter } from '../process-usage.js';
import { formatNumber } from '../report.js';
import type { BenchContext, Scenario } from '../scenario.js';

/**
 * What is measured in memory: how many rules there are, how many devices publish, and whether each has a
 * rule of its own.
 */
const CASES = [
  { rules: 10, devices: 10, isWatched: true },
  { rules: 1_000, devices: 10, isWatched: true },
  { rules: 10_000, devices: 10, isWatched: true },
  { rules: 10_000, devices: 10_000, isWatched: true },
  { rules: 10, devices: 10, isWatched: false },
  { rules: 1_000, devices: 10, isWatched: false },
  { rules: 10_000, devices: 10, isWatched: false },
] as const;
/** Publishes that one transaction takes in. */
const BATCH = 500;
const START_MS = Date.UTC(2026, 9, 1);
/** Readings before measuring, so that the machine code is there and every series has been looked up. */
const WARM_UP = 40_000;

const RATE = 5_000;
const MOST_RULES = 10_000;
const CONNECTIONS = 50;
const WARM_UP_S = 8;
const SAMPLE_EVERY_MS = 250;
const PREFIX = 'ruled';
const QUIET = { debug() {}, info() {}, warn() {}, error() {} };

/**
 * What the number of rules costs: a reading through decoding, matching and evaluation in memory, and the
 * whole alerter, with its checkpoints in the database, at a fixed rate.
 */
export const ruleCount: Scenario = {
  name: 'rule-count',
  title: 'cost of rules: 10, 1,000 and 10,000',

  async run(context) {
    const figures = CASES.map((one) => measureReading(context, one));
    return [...figures, ...(await measureAlerter(context))];
  },
};

/** A rule a device. Values rise above the threshold now and then, so that alerts open and close. */
function ruleOf(n: number, prefix: string): Rule {
  const parsed = parseRule({
    id: `rule-${n}`,
    name: `Rule ${n}`,
    scope: { devices: [deviceOf(n, prefix)], metrics: [FLEET_METRICS[0]] },
    kind: 'threshold',
    params: { operator: '>', threshold: 39.99, clearThreshold: 39 },
  });
  if (!parsed.ok) throw new Error(`the benchmark's rule is refused: ${JSON.stringify(parsed.problems)}`);
  return parsed.rule;
}

function deviceOf(n: number, prefix: string): string {
  return `${prefix}-${String(n).padStart(5, '0')}`;
}

/**
 * Time for one reading, in memory alone. Every publish has one reading, of the metric that all rules are
 * about; those rules that are not about one of the publishing devices are about others.
 */
function measureReading(
  context: BenchContext,
  { rules: count, devices, isWatched }: (typeof CASES)[number],
): Figure {
  const rules = Array.from({ length: count }, (_, n) => ruleOf(n, isWatched ? PREFIX : 'other'));
  const revisions = rules.map((rule) => ({
    rule,
    provenance: null,
    revision: 1,
    createdAt: new Date(),
    updatedAt: new Date(),
  }));
  const ruleSet = new RuleSet({ revision: 1, rules: revisions, faulty: [] });
  const states = new EvaluationStates();
  states.load(0, 0n, []);
  const labelsOf = (): typeof NO_LABELS => NO_LABELS;
  const round = { next: 0 };
  const evaluateBatch = (): { ms: number; matched: number } => {
    const values = Array.from({ length: BATCH }, () => recordOf(round.next++, devices));
    const startMs = performance.now();
    const draft = new EvaluationDraft(states, ruleSet, labelsOf);
    let matched = 0;
    for (const value of values) {
      for (const observation of matchReadings(value, ruleSet.index, labelsOf) ?? []) {
        draft.apply(0, observation);
        matched++;
      }
    }
    draft.applyTo(states);
    return { ms: performance.now() - startMs, matched };
  };
  while (round.next < Math.max(WARM_UP, 2 * devices)) evaluateBatch();
  const endMs = performance.now() + (context.seconds * 1_000) / CASES.length;
  let [ms, readings, matched] = [0, 0, 0];
  while (performance.now() < endMs) {
    const batch = evaluateBatch();
    ms += batch.ms;
    matched += batch.matched;
    readings += BATCH;
  }
  if (matched !== (isWatched ? readings : 0))
    throw new Error(`${matched} of ${readings} readings had a rule`);
  const fits = isWatched ? 'one fits' : 'none fits';
  const name = `reading, ${devices} devices, ${count} rules, of which ${fits}`;
  const detail = `${formatNumber(readings)} readings: decoding, matching${isWatched ? ', evaluating' : ''}`;
  return { name, value: (ms / readings) * 1_000, unit: 'µs', better: 'lower', detail };
}

function recordOf(sequence: number, devices: number): Buffer {
  const device = sequence % devices;
  const seq = Math.floor(sequence / devices);
  const timeMs = START_MS + seq * 1_000;
  const values = new Map([[FLEET_METRICS[0] ?? '', fleetValue(1, device, seq, 0)]]);
  return encodeTelemetry({
    deviceId: deviceOf(device, PREFIX),
    receivedAtMs: timeMs,
    samples: [{ timeMs, values }],
  });
}

/** The alerter as it runs, each device with a rule of its own: what it uses, and whether it keeps up. */
async function measureAlerter(context: BenchContext): Promise<Figure[]> {
  return context.withBed(async (bed) => {
    await storeRules(bed);
    await bed.start('alerter', 'bridge');
    const load = await LoadProcess.connect({
      port: bed.mqttPort,
      connections: CONNECTIONS,
      devicesPerConnection: MOST_RULES / CONNECTIONS,
      window: 20,
      rate: RATE,
      devicePrefix: PREFIX,
    });
    try {
      load.start();
      await delay(WARM_UP_S * 1_000);
      await load.mark();
      const meter = new UsageMeter({ ...bed.pids, load: load.pid });
      const before = await evaluated(bed);
      const startMs = performance.now();
      const samples: BacklogSample[] = [];
      while (performance.now() < startMs + context.seconds * 1_000) {
        const backlog = (load.progress?.acked ?? 0) - (await evaluated(bed));
        samples.push({ atMs: performance.now(), backlog });
        await delay(SAMPLE_EVERY_MS);
      }
      const perSecond = ((await evaluated(bed)) - before) / ((performance.now() - startMs) / 1_000);
      const usage = meter.read();
      await load.stop();
      const { rows } = await bed.pool.query<{ alerts: number; states: number }>(
        'SELECT (SELECT count(*)::int FROM alert) AS alerts, (SELECT count(*)::int FROM alert_state) AS states',
      );
      const keepsUp = isFlat(samples, RATE)
        ? 'backlog flat'
        : `backlog grows by ${formatNumber(backlogGrowth(samples))}/s`;
      return [
        {
          name: `alerter, ${MOST_RULES} rules at ${RATE} messages/s`,
          value: perSecond,
          unit: 'messages/s',
          better: 'higher',
          detail: `${keepsUp}; ${rows[0]?.states} series watched, ${rows[0]?.alerts} alerts; ${describeUsage(usage)}`,
        },
        {
          name: `alerter's CPU at that rate`,
          value: usage['alerter']?.cores ?? NaN,
          unit: 'cores',
          better: 'lower',
        },
      ];
    } finally {
      load.kill();
    }
  });
}

async function storeRules(bed: BenchBed): Promise<void> {
  await migrate(bed.pool, QUIET);
  const { name, severity, scope, kind, params } = ruleOf(0, PREFIX);
  await bed.pool.query(
    `INSERT INTO alert_rule (rule_id, name, severity, scope, kind, params)
     SELECT 'rule-' || n, $1 || n, $2,
            $3::jsonb || jsonb_build_object('devices', jsonb_build_array($4 || lpad(n::text, 5, '0'))), $5, $6
     FROM generate_series(0, $7 - 1) AS n`,
    [name, severity, scope, `${PREFIX}-`, kind, params, MOST_RULES],
  );
}

/** Publishes that the alerter has evaluated and committed. */
async function evaluated(bed: BenchBed): Promise<number> {
  const { rows } = await bed.pool.query<{ records: string }>(
    `SELECT coalesce(sum(records), 0) AS records FROM consumer_offset WHERE consumer LIKE '%alerter' AND topic = $1`,
    [TOPICS.readings],
  );
  return Number(rows[0]?.records);
}
