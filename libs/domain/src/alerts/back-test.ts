import { advance, applyObservation, type AlertTerms, type AlertTransition } from './alert-machine.js';
import { type AlertState } from './alert-state.js';
import { compileRule, type CompiledRule } from './compiled-rule.js';
import { type Observation } from './rule-kind.js';
import { type Rule } from './rule.js';
import { type Severity } from './severity.js';

/** The time that is looked at, epoch milliseconds, both ends included. */
export interface BackTestRange {
  readonly fromMs: number;
  readonly toMs: number;
}

/** An alert that a rule would have raised. */
export interface BackTestAlert {
  /** Since when the condition held. */
  readonly startedAtMs: number;
  readonly firedAtMs: number;
  /** Null for an alert that was still open at the end. */
  readonly resolvedAtMs: number | null;
  /** What held when it fired; null where that is no number. */
  readonly value: number | null;
  /** The text that held, where the rule compares texts. */
  readonly text?: string;
  /** The highest that it reached. */
  readonly severity: Severity;
  /** When it had which severity: the one with which it fired first. */
  readonly changes: readonly { readonly atMs: number; readonly severity: Severity }[];
}

/** What a rule would have done over the history of one subject. */
export interface BackTest {
  /** Those that were open at some time in the range, in order; at most `MAX_BACK_TEST_ALERTS`, the first ones. */
  readonly alerts: readonly BackTestAlert[];
  /** How many there were. */
  readonly firings: number;
  /** How often the first level would have fired in the range without hysteresis and without durations. */
  readonly naiveFirings: number;
  /** Observations in the range that the rule takes. */
  readonly observations: number;
}

export const MAX_BACK_TEST_ALERTS = 1000;

/** Changes of one alert that are kept. */
const MAX_CHANGES = 1000;

interface OpenAlert {
  readonly firing: AlertTransition;
  readonly changes: BackTestAlert['changes'][number][];
  /** The highest that it reached. */
  level: number;
}

/**
 * Runs a rule over stored history, through the evaluation that live readings go through. Observations come in order of
 * time; those from before the range prepare windows and durations, those after it are left out.
 */
export class BackTester {
  private readonly compiled: CompiledRule;
  private readonly naiveTerms: AlertTerms;
  private state: AlertState | undefined;
  private naiveState: AlertState | undefined;
  private open: OpenAlert | undefined;
  private readonly alerts: BackTestAlert[] = [];
  private firings = 0;
  private naiveFirings = 0;
  private observations = 0;

  /** @throws TypeError for a rule that `parseRule` did not make. */
  constructor(
    rule: Rule,
    private readonly range: BackTestRange,
  ) {
    this.compiled = compileRule(rule);
    this.naiveTerms = naive(this.compiled.terms);
  }

  /** Takes in an observation. What the rule does not take, what is out of order, and what is after the range, changes nothing. */
  observe(observation: Observation): void {
    const { timeMs, value } = observation;
    if (timeMs > this.range.toMs || !this.compiled.accepts(value)) return;
    const received = { timeMs, value, receivedAtMs: timeMs };
    const step = applyObservation(this.compiled.terms, this.state, received);
    const naiveStep = applyObservation(this.naiveTerms, this.naiveState, received);
    if (step !== 'late') {
      if (timeMs >= this.range.fromMs) this.observations++;
      this.state = step.state;
      this.take(step.transitions);
    }
    if (naiveStep !== 'late') {
      this.naiveState = naiveStep.state;
      this.count(naiveStep.transitions);
    }
  }

  /** Lets time pass to the end of the range, and tells what came out. Nothing more is observed after that. */
  finish(): BackTest {
    const { toMs } = this.range;
    if (this.state) this.take(advance(this.compiled.terms, this.state, toMs).transitions);
    if (this.naiveState) this.count(advance(this.naiveTerms, this.naiveState, toMs).transitions);
    this.close(null);
    const { alerts, firings, naiveFirings, observations } = this;
    return { alerts, firings, naiveFirings, observations };
  }

  private take(transitions: readonly AlertTransition[]): void {
    for (const transition of transitions) {
      const { atMs, level } = transition;
      if (transition.transition === 'resolved') {
        this.close(atMs);
        continue;
      }
      if (transition.transition === 'firing') this.open = { firing: transition, changes: [], level };
      if (this.open === undefined) continue;
      this.open.level = Math.max(this.open.level, level);
      if (this.open.changes.length < MAX_CHANGES)
        this.open.changes.push({ atMs, severity: this.severityOf(level) });
    }
  }

  private close(resolvedAtMs: number | null): void {
    if (this.open === undefined) return;
    const { firing, changes, level } = this.open;
    this.open = undefined;
    if (resolvedAtMs !== null && resolvedAtMs < this.range.fromMs) return;
    this.firings++;
    if (this.alerts.length >= MAX_BACK_TEST_ALERTS) return;
    const { startedAtMs, atMs: firedAtMs, value, text } = firing;
    const held = text === undefined ? { value } : { value, text };
    const severity = this.severityOf(level);
    this.alerts.push({ startedAtMs, firedAtMs, resolvedAtMs, ...held, severity, changes });
  }

  private severityOf(level: number): Severity {
    return this.compiled.severities[level - 1] ?? this.compiled.rule.severity;
  }

  private count(transitions: readonly AlertTransition[]): void {
    for (const { transition, atMs } of transitions) {
      if (transition === 'firing' && atMs >= this.range.fromMs) this.naiveFirings++;
    }
  }
}

/** Runs a rule over the history of one subject, in order of time. @throws TypeError for a rule that `parseRule` did not make. */
export function backTest(rule: Rule, observations: Iterable<Observation>, range: BackTestRange): BackTest {
  const tester = new BackTester(rule, range);
  for (const observation of observations) tester.observe(observation);
  return tester.finish();
}

/** The terms of the same rule without levels, hysteresis and durations. */
function naive(terms: AlertTerms): AlertTerms {
  return {
    takesTies: terms.takesTies,
    forMs: 0,
    clearForMs: 0,
    observe: (memory, observation) => terms.observe(memory, observation),
    assess: (memory, atMs) => {
      const assessment = terms.assess(memory, atMs);
      const breached = Math.min(assessment.breached, 1);
      return { ...assessment, breached, held: breached };
    },
    changesAtMs: (memory, afterMs) => terms.changesAtMs(memory, afterMs),
  };
}
