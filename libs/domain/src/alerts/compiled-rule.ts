import { type AlertTerms, type AlertTransition } from './alert-machine.js';
import { stableId } from './alert-id.js';
import { ruleKind } from './rule-kinds.js';
import { type Rule } from './rule.js';

/** A rule made ready for evaluation. */
export interface CompiledRule {
  readonly rule: Rule;
  readonly terms: AlertTerms;
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
    terms: {
      forMs,
      clearForMs,
      breaches: (value) => kind.breaches(params, value),
      clears: (value) => kind.clears(params, value),
    },
    condition: stableId(canonical([rule.kind, params, forMs, clearForMs])),
  };
}

/** One sentence on a transition, for a person. */
export function summarise(
  rule: Rule,
  deviceId: string,
  transition: Omit<AlertTransition, 'startedAtMs'>,
): string {
  const { breach, clear } = kindOf(rule).describe(rule.params);
  const { metric } = rule.scope;
  const is = `${rule.name}: ${metric} of ${deviceId} is ${transition.value}`;
  if (transition.transition === 'firing') return `${is} (${breach}${lasting(rule.forMs)})`;
  return `${is}, resolved (${clear}${lasting(rule.clearForMs)}); the alert was for ${breach}`;
}

function kindOf(rule: Rule): NonNullable<ReturnType<typeof ruleKind>> {
  const kind = ruleKind(rule.kind);
  if (kind === undefined) throw new TypeError(`rule ${rule.id} is of the unknown kind ${rule.kind}`);
  return kind;
}

function lasting(durationMs: number): string {
  if (durationMs === 0) return '';
  const units = [
    [86_400_000, 'd'],
    [3_600_000, 'h'],
    [60_000, 'min'],
    [1000, 's'],
  ] as const;
  const [unitMs, unit] = units.find(([size]) => durationMs % size === 0) ?? [1, 'ms'];
  return ` for ${durationMs / unitMs} ${unit}`;
}

/** JSON with sorted keys: PostgreSQL's jsonb does not keep their order. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
