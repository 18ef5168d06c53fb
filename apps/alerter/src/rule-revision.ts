import {
  alertIdOf,
  type AlertState,
  compileRule,
  type DeviceLabels,
  firingLevels,
  inScope,
  NO_LABELS,
  openSinceMs,
  type Rule,
  type Severity,
} from '@fieldstream/domain';
import type { KnownRule, RecordedTransition, ResolvedBy, StoredAlertState } from '@fieldstream/timescale';
import type { RuleSet } from './rule-set.js';

/** A state that no longer fits the rules. */
export interface Misfit {
  readonly state: StoredAlertState;
  /** What it becomes: evaluation starts anew, or `undefined` where no rule watches the subject any more. */
  readonly next: StoredAlertState | undefined;
}

type LabelsOf = (deviceId: string) => DeviceLabels;

/** The states whose rule has changed what it evaluates, does not watch the subject any more, or is not evaluated. */
export function findMisfits(
  states: Iterable<StoredAlertState>,
  rules: RuleSet,
  labelsOf: LabelsOf,
): Misfit[] {
  const misfits: Misfit[] = [];
  for (const state of states) {
    const compiled = rules.index.find(state.ruleId);
    const isWatched =
      compiled !== undefined &&
      compiled.source === state.source &&
      compiled.subject === (state.metric === '' ? 'device' : 'series') &&
      inScope(compiled.rule.scope, state.deviceId, state.metric, labelsOf(state.deviceId));
    if (!isWatched) misfits.push({ state, next: undefined });
    else if (compiled.condition !== state.condition) {
      const next = { ...state, condition: compiled.condition, state: startAnew(state.state) };
      misfits.push({ state, next });
    }
  }
  return misfits;
}

/**
 * The transition that closes the alert of a misfit, if one is open.
 * @param known What is stored under the rule's ID; `undefined` if nothing is.
 */
export function closeMisfit(
  { state, next }: Misfit,
  known: KnownRule | undefined,
  labels: DeviceLabels,
  nowMs: number,
): RecordedTransition | undefined {
  const startedAtMs = openSinceMs(state.state);
  if (startedAtMs === undefined) return undefined;
  const { ruleId, deviceId, metric } = state;
  const rule = known?.rule;
  const resolvedBy = reasonOf(state, next, known);
  const name = rule?.name ?? ruleId;
  const about = metric === '' ? deviceId : `${metric} of ${deviceId}`;
  return {
    alertId: alertIdOf(state, startedAtMs),
    transition: 'resolved',
    ruleId,
    ruleName: name,
    description: rule?.description ?? '',
    severity: severityOf(rule, state.state),
    deviceId,
    metric,
    labels,
    // Not before what the device's own clock has reached.
    atMs: Math.max(nowMs, state.state.evaluatedToMs),
    startedAtMs,
    value: null,
    text: null,
    summary: `${name}: ${about} resolved, because ${REASONS[resolvedBy]}`,
    resolvedBy,
    channels: rule?.notify.channels ?? [],
  };
}

const REASONS: Readonly<Record<Exclude<ResolvedBy, 'cleared'>, string>> = {
  'rule-changed': 'the rule was changed',
  'rule-disabled': 'the rule was disabled',
  'rule-deleted': 'the rule was deleted',
  'device-changed': 'the labels of the device were changed',
};

function reasonOf(
  { deviceId, metric }: StoredAlertState,
  next: StoredAlertState | undefined,
  known: KnownRule | undefined,
): keyof typeof REASONS {
  if (known === undefined || known.isDeleted) return 'rule-deleted';
  const { rule } = known;
  if (rule?.enabled === false) return 'rule-disabled';
  if (next !== undefined || rule === undefined) return 'rule-changed';
  // Were it not for the labels, it would still be watched.
  const isInScope = inScope({ ...rule.scope, labels: {} }, deviceId, metric, NO_LABELS);
  return isInScope ? 'device-changed' : 'rule-changed';
}

/** As far as the rule, changed since, tells it. */
function severityOf(rule: Rule | undefined, state: AlertState): Severity {
  if (rule === undefined) return 'warning';
  return compileRule(rule).severities[firingLevels(state) - 1] ?? rule.severity;
}

/** Late observations stay late: an edited rule does not make an alert of them either. */
function startAnew({ evaluatedToMs, settledToMs, lagMs }: AlertState): AlertState {
  return { evaluatedToMs, settledToMs, lagMs, memory: null, levels: [] };
}
