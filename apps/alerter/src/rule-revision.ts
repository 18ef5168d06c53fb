import { alertIdOf, type AlertState, matchesDevice, type Rule } from '@fieldstream/domain';
import type { KnownRule, RecordedTransition, ResolvedBy, StoredAlertState } from '@fieldstream/timescale';
import type { RuleSet } from './rule-set.js';

/** A state that no longer fits the rules. */
export interface Misfit {
  readonly state: StoredAlertState;
  /** What it becomes: evaluation starts anew, or `undefined` where no rule watches the series any more. */
  readonly next: StoredAlertState | undefined;
}

/** The states whose rule has changed what it evaluates, does not watch the series any more, or is not evaluated. */
export function findMisfits(states: Iterable<StoredAlertState>, rules: RuleSet): Misfit[] {
  const misfits: Misfit[] = [];
  for (const state of states) {
    const compiled = rules.index.find(state.ruleId);
    const watched = compiled !== undefined && watches(compiled.rule, state);
    if (!watched) misfits.push({ state, next: undefined });
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
  { state }: Misfit,
  known: KnownRule | undefined,
  nowMs: number,
): RecordedTransition | undefined {
  if (state.state.phase !== 'firing') return undefined;
  const { ruleId, deviceId, metric } = state;
  const { startedAtMs, evaluatedToMs } = state.state;
  const rule = known?.rule;
  const resolvedBy = reasonOf(known);
  const name = rule?.name ?? ruleId;
  return {
    alertId: alertIdOf(state, startedAtMs),
    transition: 'resolved',
    ruleId,
    ruleName: name,
    severity: rule?.severity ?? 'warning',
    deviceId,
    metric,
    // Not before what the device's own clock has reached.
    atMs: Math.max(nowMs, evaluatedToMs),
    startedAtMs,
    value: null,
    summary: `${name}: ${metric} of ${deviceId} resolved, because the rule was ${resolvedBy.slice('rule-'.length)}`,
    resolvedBy,
    webhooks: rule?.notify.webhooks ?? [],
  };
}

function reasonOf(known: KnownRule | undefined): ResolvedBy {
  if (known === undefined || known.isDeleted) return 'rule-deleted';
  return known.rule?.enabled === false ? 'rule-disabled' : 'rule-changed';
}

function watches(rule: Rule, { deviceId, metric }: StoredAlertState): boolean {
  return rule.scope.metric === metric && rule.scope.devices.some((glob) => matchesDevice(glob, deviceId));
}

/** Late readings stay late: an edited rule does not make an alert of them either. */
function startAnew({ evaluatedToMs, lagMs }: AlertState): AlertState {
  return { phase: 'inactive', evaluatedToMs, lagMs };
}
