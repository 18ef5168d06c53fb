import { type MetricValue } from '../reading.js';
import { stableId } from './alert-id.js';
import { type AlertTerms, type AlertTransition } from './alert-machine.js';
import { formatDuration } from './duration.js';
import { type RuleSource } from './rule-kind.js';
import { type AnyRuleKind, ruleKind } from './rule-kinds.js';
import { type Rule } from './rule.js';
import { type Severity } from './severity.js';

/** A rule made ready for evaluation. */
export interface CompiledRule {
  readonly rule: Rule;
  readonly source: RuleSource;
  readonly subject: 'series' | 'device';
  /** Whether it begins with what was observed last (`RuleKind.beginsWithLast`). */
  readonly beginsWithLast: boolean;
  readonly terms: AlertTerms;
  /** Severity by level, from the first. */
  readonly severities: readonly Severity[];
  accepts(value: MetricValue): boolean;
  /**
   * Names what the rule evaluates: kind, parameters and durations. A state belongs to one condition; editing the name, the
   * severity, the scope or the receivers does not change it.
   */
  readonly condition: string;
}

/** @throws TypeError for a rule that `parseRule` did not make. */
export function compileRule(rule: Rule): CompiledRule {
  const kind = kindOf(rule);
  const { params, forMs, clearForMs } = rule;
  return {
    rule,
    source: kind.source,
    subject: kind.subject(params),
    beginsWithLast: kind.beginsWithLast === true,
    severities: [rule.severity, ...kind.higherLevels(params)],
    accepts: (value) => kind.accepts(params, value),
    terms: {
      forMs,
      clearForMs,
      takesTies: kind.source === 'presence' || kind.subject(params) === 'device',
      observe: (memory, observation) => kind.observe(params, memory, observation),
      assess: (memory, atMs) => kind.assess(params, memory, atMs),
      changesAtMs: (memory, afterMs) => kind.changesAtMs(params, memory, afterMs),
    },
    condition: stableId(canonical([rule.kind, params, forMs, clearForMs])),
  };
}

/** What an alert is about, in words: a metric of a device, or the device as a whole, whose metric is empty. */
export interface NamedSubject {
  readonly deviceId: string;
  readonly metric: string;
}

/** One sentence on a transition, for a person. */
export function summarise(
  rule: Rule,
  { deviceId, metric }: NamedSubject,
  transition: Omit<AlertTransition, 'startedAtMs'>,
): string {
  const { level, fromLevel, value, text } = transition;
  const kind = kindOf(rule);
  // The level that fires now, or the lowest that does no more.
  const told = level < fromLevel ? level : level - 1;
  const { breach, clear, signal } = kind.describe(rule.params, Math.max(told, 0));
  const name = metric === '' ? deviceId : `${metric} of ${deviceId}`;
  const subject = `${rule.name}: ${signal?.(name) ?? name}`;
  const held = text === undefined ? value : shorten(text);
  const is = held === null ? subject : `${subject} is ${typeof held === 'number' ? round(held) : held}`;
  if (transition.transition === 'resolved')
    return `${is}, resolved (${clear}${lasting(rule.clearForMs)}); the alert was for ${breach}`;
  if (transition.transition === 'severity' && level < fromLevel)
    return `${is}, less severe now (${clear}${lasting(rule.clearForMs)})`;
  const because = `${breach}${lasting(rule.forMs)}`;
  return held === null ? `${subject}: ${because}` : `${is} (${because})`;
}

/** Characters of a text state in a sentence. */
const MAX_TEXT = 100;

function shorten(text: string): string {
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT).toWellFormed()}…`;
}

/** Without the digits that arithmetic leaves behind. */
function round(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(9));
}

function kindOf(rule: Rule): AnyRuleKind {
  const kind = ruleKind(rule.kind);
  if (kind === undefined) throw new TypeError(`rule ${rule.id} is of the unknown kind ${rule.kind}`);
  return kind;
}

function lasting(durationMs: number): string {
  return durationMs === 0 ? '' : ` for ${formatDuration(durationMs)}`;
}

/** JSON with sorted keys: PostgreSQL's jsonb does not keep their order. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
