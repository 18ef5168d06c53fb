import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { advance, type AlertStep, applyObservation, dueAtMs } from './alert-machine.js';
import { type AlertState, parseAlertState } from './alert-state.js';
import { type CompiledRule, compileRule } from './compiled-rule.js';
import { oracle, tell } from './oracle.js';
import { type Observation } from './rule-kind.js';
import { parseRule } from './rule.js';

/** Small limits, so that random streams cross them; windows whose panes are whole ticks. */
const TICK_MS = 500;
const CASES = process.env['CI'] === 'true' ? 12_000 : 1500;
const START_MS = 1_700_000_000_000;
/** Longer than any window or duration of the rules here. */
const AFTERMATH_MS = 200 * TICK_MS;

/** On a coarse grid, so that sums are exact. */
const quarters = (min: number, max: number): fc.Arbitrary<number> =>
  fc.integer({ min: min * 4, max: max * 4 }).map((quarter) => quarter / 4);
const ticks = (min: number, max: number): fc.Arbitrary<number> =>
  fc.integer({ min, max }).map((count) => count * TICK_MS);
/** Severities of the levels above the first. */
const above = fc.constantFrom<readonly string[]>([], ['critical'], ['warning', 'critical']);

/** With as many levels as are wanted, if any. */
function withLevels(
  first: object,
  severities: readonly string[],
  numbersAt: (level: number) => object,
): object {
  const levels = severities.map((severity, index) => Object.assign({ severity }, numbersAt(index + 1)));
  return { ...first, ...numbersAt(0), ...(levels.length > 0 && { levels }) };
}

/** Limits, each level of which lies beyond the one below it. */
const comparison = (scale: number, levels = above): fc.Arbitrary<object> =>
  fc
    .record({
      operator: fc.constantFrom('>', '>=', '<', '<=', '=', '!=', 'inside', 'outside'),
      at: quarters(1, 4),
      width: quarters(0, 2),
      gap: quarters(0, 1.5),
      step: quarters(0.25, 1),
      severities: levels,
    })
    .map(({ operator, at, width, gap, step, severities }) => {
      const hasOneLevel = ['=', '!=', 'inside'].includes(operator);
      return withLevels({ operator }, hasOneLevel ? [] : severities, (level) => {
        const beyond = level * step;
        if (operator === '=' || operator === '!=') return { threshold: at * scale };
        if (operator === '>' || operator === '>=')
          return { threshold: (at + beyond) * scale, clearThreshold: (at + beyond - gap) * scale };
        if (operator === '<' || operator === '<=')
          return { threshold: (at - beyond) * scale, clearThreshold: (at - beyond + gap) * scale };
        const [low, high] = [at - beyond, at + width + beyond];
        const inner = operator === 'outside' ? Math.min(gap, width) / 2 : -gap;
        return {
          low: low * scale,
          high: high * scale,
          clearLow: (low + inner) * scale,
          clearHigh: (high - inner) * scale,
        };
      });
    });

/** Levels that differ in one number. */
const ladder = (field: string, first: fc.Arbitrary<number>): fc.Arbitrary<object> =>
  fc
    .tuple(first, first, above)
    .map(([number, step, severities]) =>
      withLevels({}, severities, (level) => ({ [field]: number + level * step })),
    );

const joined = (...parts: fc.Arbitrary<object>[]): fc.Arbitrary<object> =>
  fc.tuple(...parts).map((objects) => Object.assign({}, ...objects) as object);

const windowMs = fc.constantFrom(15_000, 30_000, 45_000);
const PARAMS: Readonly<Record<string, fc.Arbitrary<object>>> = {
  threshold: comparison(1),
  aggregate: fc.oneof(
    joined(fc.record({ function: fc.constantFrom('avg', 'min', 'max', 'range'), windowMs }), comparison(1)),
    joined(fc.record({ function: fc.constantFrom('count', 'sum'), windowMs }), comparison(4)),
  ),
  rate: joined(
    fc.record({ perMs: fc.constantFrom(1000, 60_000), windowMs }, { requiredKeys: ['perMs'] }),
    comparison(1),
  ).map((params) => shiftLimits(params as { perMs: number })),
  repeating: joined(
    comparison(1, fc.constant([])),
    ladder('times', fc.integer({ min: 2, max: 3 })),
    fc.record({ withinMs: ticks(60, 190) }),
  ),
  absence: fc.oneof(
    joined(ladder('afterMs', ticks(2, 12)), fc.record({ per: fc.constantFrom('series', 'device') })),
    fc.record({ factor: fc.constantFrom(2, 3), per: fc.constantFrom('series', 'device') }),
  ),
  offline: fc.constant({}),
  state: fc.oneof(
    fc.record({ operator: fc.constantFrom('=', '!='), value: fc.constantFrom('A', 'B') }),
    fc.record({ operator: fc.constant('in'), values: fc.constantFrom(['A'], ['A', 'C']) }),
    fc.record({ operator: fc.constant('changes'), holdMs: ticks(2, 20) }),
  ),
};

/** A rate lies about zero, and a change per minute is sixty times one per second. */
function shiftLimits(params: { perMs: number }): object {
  const scale = params.perMs / 1000 / 4;
  const shift = (value: unknown): unknown => {
    if (typeof value === 'number') return (value - 2) * scale;
    return Array.isArray(value) ? value.map((level: object) => shiftAll(level)) : value;
  };
  const shiftAll = (limits: object): object =>
    Object.fromEntries(
      Object.entries(limits).map(([field, value]) =>
        ['perMs', 'windowMs'].includes(field) ? [field, value] : [field, shift(value)],
      ),
    );
  return shiftAll(params);
}

const rule = fc
  .tuple(
    fc.oneof(
      ...Object.entries(PARAMS).map(([kind, params]) => fc.record({ kind: fc.constant(kind), params })),
    ),
    fc.oneof(fc.constant(0), ticks(1, 12)),
    fc.oneof(fc.constant(0), ticks(1, 12)),
  )
  .map(([{ kind, params }, forMs, clearForMs]) => {
    const severity = JSON.stringify(params).includes('"warning"') ? 'info' : 'warning';
    const parsed = parseRule({
      id: 'r',
      name: 'r',
      severity,
      kind,
      params,
      forMs,
      clearForMs,
    });
    if (!parsed.ok) throw new Error(`${JSON.stringify(params)}: ${JSON.stringify(parsed.problems)}`);
    return parsed.rule;
  });

const moment = fc.record({
  /** Since the one before; the same moment, silence, and the ordinary. */
  gap: fc.oneof(
    { weight: 1, arbitrary: fc.constant(0) },
    { weight: 14, arbitrary: fc.integer({ min: 1, max: 5 }) },
    { weight: 1, arbitrary: fc.integer({ min: 20, max: 100 }) },
  ),
  value: fc.integer({ min: 0, max: 12 }),
  /** A second arrival from before the newest, or at it: repeated, out of order or late. */
  lateBy: fc.option(fc.integer({ min: 0, max: 12 }), { nil: undefined }),
  /** A timer looks so far ahead; it may overtake readings that have yet to come. */
  timer: fc.option(fc.integer({ min: 0, max: 20 }), { nil: undefined }),
  restart: fc.boolean(),
});
type Moment = typeof moment extends fc.Arbitrary<infer T> ? T : never;

function valueOf({ source, rule: { kind } }: CompiledRule, value: number): Observation['value'] {
  if (source === 'presence') return value % 2 === 0 ? 'online' : 'offline';
  return kind === 'state' ? 'ABC'.charAt(value % 3) : value / 2;
}

/** As `expect`, which takes its time, where it is asked very often. */
function assertEqual<T extends string | boolean>(actual: T, expected: T): void {
  if (actual !== expected) expect(actual).toBe(expected);
}

/** The engine, fed as it is in operation. */
class Engine {
  readonly told: string[] = [];
  /** What was not late. */
  readonly history: Observation[] = [];
  private state: AlertState | undefined;
  private newestMs = -Infinity;
  private aheadMs = -Infinity;

  constructor(private readonly compiled: CompiledRule) {}

  arrive(timeMs: number, number: number): void {
    const observation = { timeMs, value: valueOf(this.compiled, number) };
    const step = applyObservation(this.compiled.terms, this.state, { ...observation, receivedAtMs: timeMs });
    const isInOrder = this.compiled.terms.takesTies ? timeMs >= this.newestMs : timeMs > this.newestMs;
    // Only what is not newer, or what a timer has overtaken, may be late.
    if (timeMs >= this.aheadMs || !isInOrder) assertEqual(step === 'late', !isInOrder);
    if (step === 'late') return;
    this.newestMs = timeMs;
    this.history.push(observation);
    this.take(step);
  }

  advance(toMs: number): void {
    if (this.state === undefined) return;
    this.aheadMs = Math.max(this.aheadMs, toMs);
    this.take(advance(this.compiled.terms, this.state, toMs));
  }

  /** Timers fire when they are due, and at no other time. */
  fireTimers(toMs: number): void {
    for (;;) {
      const dueMs = this.state && dueAtMs(this.compiled.terms, this.state);
      if (dueMs === undefined || dueMs > toMs) return;
      this.advance(dueMs);
    }
  }

  restart(): void {
    if (this.state === undefined) return;
    const stored = JSON.stringify(this.state);
    const parsed = parseAlertState(JSON.parse(stored));
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    this.state = parsed.value;
    assertEqual(JSON.stringify(this.state), stored);
  }

  private take({ state, transitions }: AlertStep): void {
    this.state = state;
    for (const transition of transitions) this.told.push(tell(transition));
  }
}

function run(compiled: CompiledRule, startTick: number, moments: readonly Moment[], byTimers: boolean) {
  const engine = new Engine(compiled);
  let nowMs = START_MS + startTick * TICK_MS;
  for (const { gap, value, lateBy, timer, restart } of moments) {
    nowMs += gap * TICK_MS;
    if (byTimers) engine.fireTimers(nowMs);
    engine.arrive(nowMs, value);
    if (lateBy !== undefined) engine.arrive(nowMs - lateBy * TICK_MS, 12 - value);
    if (restart) engine.restart();
    if (timer !== undefined && !byTimers) engine.advance(nowMs + timer * TICK_MS);
  }
  const endMs = nowMs + AFTERMATH_MS;
  if (byTimers) engine.fireTimers(endMs);
  else engine.advance(endMs);
  return { engine, endMs };
}

test('the engine does what a plain evaluation over the history does, of every kind of rule', () => {
  const seen = new Map<string, number>();
  const streams = fc.array(moment, { minLength: 1, maxLength: 30, size: 'max' });
  fc.assert(
    fc.property(rule, fc.nat(5), streams, fc.boolean(), (checked, startTick, moments, byTimers) => {
      const { engine, endMs } = run(compileRule(checked), startTick, moments, byTimers);
      const expected = oracle({ rule: checked, tickMs: TICK_MS, endMs }, engine.history);
      assertEqual(engine.told.join('\n'), expected.join('\n'));
      for (const told of expected) {
        const sort = `${checked.kind} ${told.split(' ', 1)[0]}`;
        seen.set(sort, (seen.get(sort) ?? 0) + 1);
      }
    }),
    { numRuns: CASES },
  );
  // Streams and rules fit each other: all that can happen does, again and again.
  const kinds = Object.keys(PARAMS);
  const rare = kinds
    .flatMap((kind) => [`${kind} firing`, `${kind} resolved`])
    .concat(['threshold', 'aggregate', 'rate', 'repeating', 'absence'].map((kind) => `${kind} severity`))
    .filter((sort) => (seen.get(sort) ?? 0) < CASES / 500);
  expect(rare).toEqual([]);
});
