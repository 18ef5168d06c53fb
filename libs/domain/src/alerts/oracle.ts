import { type AbsenceParams } from './absence.js';
import { type AggregateParams } from './aggregate.js';
import { type AlertTransition } from './alert-machine.js';
import { type Comparison, type ComparisonLimits, type ComparisonOperator } from './comparison.js';
import { type RateParams } from './rate.js';
import { type RepeatingParams } from './repeating.js';
import { type Assessment, type Observation } from './rule-kind.js';
import { type Rule } from './rule.js';
import { type StateParams } from './state.js';

/**
 * Test support: a plain evaluation of a rule over the whole history of one subject. It remembers nothing from one moment
 * to the next but how long each level has been breached or clear; what holds is worked out anew from all observations.
 */
export interface OracleTerms {
  readonly rule: Rule;
  /** Everything that matters (observations, durations, windows) lies on multiples of this. */
  readonly tickMs: number;
  readonly endMs: number;
}

/** @param history In order; those of one moment in the order in which they came. */
export function oracle({ rule, tickMs, endMs }: OracleTerms, history: readonly Observation[]): string[] {
  const told: string[] = [];
  const levels: Level[] = [];
  const seen: Observation[] = [];
  let signal: Assessment = { breached: 0, held: 0, value: null };

  const endDurations = (atMs: number): void => {
    const [fromLevel, openSinceMs] = [countFiring(levels), levels[0]?.startedAtMs];
    for (const level of levels) {
      if (!level.isFiring && level.sinceMs !== undefined && atMs - level.sinceMs >= rule.forMs)
        Object.assign(level, { isFiring: true, startedAtMs: level.sinceMs, sinceMs: undefined });
      else if (level.isFiring && level.sinceMs !== undefined && atMs - level.sinceMs >= rule.clearForMs)
        Object.assign(level, { isFiring: false, sinceMs: undefined });
    }
    const level = countFiring(levels);
    if (level === fromLevel) return;
    const transition = fromLevel === 0 ? 'firing' : level === 0 ? 'resolved' : 'severity';
    const startedAtMs = (level === 0 ? openSinceMs : levels[0]?.startedAtMs) ?? NaN;
    told.push(tell({ transition, level, fromLevel, atMs, startedAtMs, ...signal }));
  };
  const look = (atMs: number): void => {
    signal = signalAt(rule, seen, atMs);
    for (let index = 0; index < 3; index++) {
      const level = (levels[index] ??= { isFiring: false, sinceMs: undefined, startedAtMs: undefined });
      const isOnTheWay = level.isFiring ? signal.held <= index : signal.breached > index;
      level.sinceMs = isOnTheWay ? (level.sinceMs ?? atMs) : undefined;
    }
    endDurations(atMs);
  };

  for (let atMs = history[0]?.timeMs ?? Infinity; atMs <= endMs; atMs += tickMs) {
    if (seen.length > 0) {
      endDurations(atMs);
      look(atMs);
    }
    for (let next = history[seen.length]; next?.timeMs === atMs; next = history[seen.length]) {
      seen.push(next);
      look(atMs);
    }
  }
  return told;
}

interface Level {
  isFiring: boolean;
  /** Since when it is without a break what would make it fire or, of a firing one, clear. */
  sinceMs: number | undefined;
  startedAtMs: number | undefined;
}

function countFiring(levels: readonly Level[]): number {
  return levels.filter(({ isFiring }) => isFiring).length;
}

/** A transition in one text, to compare. */
export function tell({
  transition,
  level,
  fromLevel,
  atMs,
  startedAtMs,
  value,
  text,
}: AlertTransition): string {
  return `${transition} ${fromLevel}>${level} at ${atMs} since ${startedAtMs}: ${text ?? value}`;
}

/** What holds at a moment, from the observations until then. */
function signalAt({ kind, params }: Rule, seen: readonly Observation[], atMs: number): Assessment {
  switch (kind) {
    case 'threshold':
      return judge(params as Comparison, numberOf(seen.at(-1)));
    case 'aggregate':
      return judge(params as AggregateParams, aggregateOf(params as AggregateParams, seen, atMs));
    case 'rate':
      return judge(params as RateParams, rateOf(params as RateParams, seen, atMs));
    case 'repeating':
      return repeatingOf(params as RepeatingParams, seen, atMs);
    case 'absence':
      return absenceOf(params as AbsenceParams, seen, atMs);
    case 'offline':
      return only(seen.at(-1)?.value === 'offline', String(seen.at(-1)?.value));
    case 'state':
      return stateOf(params as StateParams, seen, atMs);
    default:
      throw new TypeError(`the oracle does not know the kind ${kind}`);
  }
}

function numberOf(observation: Observation | undefined): number {
  return Number(observation?.value);
}

function only(isBreach: boolean, text: string): Assessment {
  return { breached: isBreach ? 1 : 0, held: isBreach ? 1 : 0, value: null, text };
}

/** A value against all levels; no value breaches none and clears none. */
function judge({ operator, levels: above = [], ...first }: Comparison, value: number | null): Assessment {
  const levels: ComparisonLimits[] = [first, ...above];
  if (value === null) return { breached: 0, held: levels.length, value };
  const breached = levels.filter((limits) => isBeyond(operator, limits, value)).length;
  const held = levels.filter((limits) => isBeyond(operator, clearing(limits), value)).length;
  return { breached, held, value };
}

function clearing({ threshold, clearThreshold, low, high, clearLow, clearHigh }: ComparisonLimits) {
  return { threshold: clearThreshold ?? threshold, low: clearLow ?? low, high: clearHigh ?? high };
}

interface Limits {
  readonly threshold?: number | undefined;
  readonly low?: number | undefined;
  readonly high?: number | undefined;
}

function isBeyond(
  operator: ComparisonOperator,
  { threshold = NaN, low = NaN, high = NaN }: Limits,
  value: number,
): boolean {
  switch (operator) {
    case '>':
      return value > threshold;
    case '>=':
      return value >= threshold;
    case '<':
      return value < threshold;
    case '<=':
      return value <= threshold;
    case '=':
      return value === threshold;
    case '!=':
      return value !== threshold;
    case 'inside':
      return low <= value && value <= high;
    case 'outside':
      return value < low || high < value;
  }
}

/** The observations in the window: those of the pane of the moment and of the 29 panes before it. */
function inWindow(windowMs: number, seen: readonly Observation[], atMs: number): readonly Observation[] {
  const paneOf = (timeMs: number): number => Math.floor(timeMs / (windowMs / 30));
  return seen.filter(({ timeMs }) => paneOf(timeMs) > paneOf(atMs) - 30);
}

function aggregateOf(params: AggregateParams, seen: readonly Observation[], atMs: number): number | null {
  const window = inWindow(params.windowMs, seen, atMs);
  const values = window.map(numberOf);
  const sum = values.reduce((total, value) => total + value, 0);
  const isKnown = !(window.length > 0 && window[0] === seen[0]);
  if (params.function === 'count') return isKnown ? values.length : null;
  if (params.function === 'sum') return isKnown ? sum : null;
  if (values.length === 0) return null;
  const [min, max] = [Math.min(...values), Math.max(...values)];
  return { avg: sum / values.length, min, max, range: max - min }[params.function];
}

function rateOf(params: RateParams, seen: readonly Observation[], atMs: number): number | null {
  const points = params.windowMs === undefined ? seen.slice(-2) : inWindow(params.windowMs, seen, atMs);
  const [from, to] = [points[0], points.at(-1)];
  if (from === undefined || to === undefined || from === to) return null;
  return ((numberOf(to) - numberOf(from)) / (to.timeMs - from.timeMs)) * params.perMs;
}

function repeatingOf(params: RepeatingParams, seen: readonly Observation[], atMs: number): Assessment {
  const { operator, levels = [], times, withinMs, ...limits } = params;
  const begun: number[] = [];
  let isOn = true;
  for (const [index, observation] of seen.entries()) {
    const { breached, held } = judge({ operator, ...limits }, numberOf(observation));
    if (index === 0) isOn = breached === 1;
    else if (!isOn && breached === 1) begun.push(observation.timeMs);
    isOn = breached === 1 || (isOn && held === 1);
  }
  const needed = [times, ...levels.map((level) => level.times)];
  const count = begun.filter((timeMs) => timeMs > atMs - withinMs).length;
  const breached = needed.filter((number) => count >= number).length;
  return { breached, held: breached, value: Math.min(count, Math.max(...needed)) };
}

function absenceOf(params: AbsenceParams, seen: readonly Observation[], atMs: number): Assessment {
  const silenceMs = atMs - (seen.at(-1)?.timeMs ?? atMs);
  const limits = [
    params.afterMs ?? learnedMs(params.factor ?? NaN, seen),
    ...(params.levels ?? []).map(({ afterMs }) => afterMs),
  ];
  const breached = limits.filter((limitMs) => silenceMs >= limitMs).length;
  return { breached, held: breached, value: null };
}

function learnedMs(factor: number, seen: readonly Observation[]): number {
  const rounds: number[] = [];
  for (const { timeMs } of seen) if (timeMs - (rounds.at(-1) ?? -Infinity) >= 1000) rounds.push(timeMs);
  const gaps = rounds.slice(1).map((timeMs, index) => timeMs - (rounds[index] ?? NaN));
  const last = gaps.slice(-9).sort((a, b) => a - b);
  const median = last[Math.floor(last.length / 2)] ?? NaN;
  return last.length < 3 ? Infinity : Math.max(5000, factor * median);
}

function stateOf(params: StateParams, seen: readonly Observation[], atMs: number): Assessment {
  const text = String(seen.at(-1)?.value);
  switch (params.operator) {
    case '=':
      return only(text === params.value, text);
    case '!=':
      return only(text !== params.value, text);
    case 'in':
      return only(params.values.includes(text), text);
    case 'changes': {
      const change = seen.findLast((now, index) => index > 0 && now.value !== seen[index - 1]?.value);
      return only(change !== undefined && atMs - change.timeMs < params.holdMs, text);
    }
  }
}
