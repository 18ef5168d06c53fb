import { isRecord, parseRule, type FieldProblem, type Severity } from '@fieldstream/domain';
import type { Schema } from '../../client/api.js';
import { levelsOf, nextSeverity, severityOf, type Params } from './limits.js';

/** A label by which a rule selects devices, as it is edited. */
export interface LabelDraft {
  readonly label: string;
  readonly values: readonly string[];
}

/** A rule while it is edited. */
export interface RuleDraft {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly enabled: boolean;
  readonly severity: Severity;
  /** Patterns; none stands for all. */
  readonly devices: readonly string[];
  readonly metrics: readonly string[];
  readonly labels: readonly LabelDraft[];
  readonly kind: string;
  readonly params: Params;
  /** Undefined while what is typed is no duration. */
  readonly forMs: number | undefined;
  readonly clearForMs: number | undefined;
  readonly channels: readonly string[];
}

type Rule = Schema<'Rule'>;
type Body = Schema<'NewRule'>;

const EVERYTHING = ['*'];

/** A rule to begin with: of a kind, on everything, telling nobody yet. */
export function newDraft(
  kind: string,
  params: Params,
  scope: Partial<Pick<RuleDraft, 'devices' | 'metrics'>> = {},
): RuleDraft {
  return {
    id: '',
    name: '',
    description: '',
    enabled: true,
    severity: 'warning',
    devices: [],
    metrics: [],
    labels: [],
    kind,
    params,
    forMs: 0,
    clearForMs: 0,
    channels: [],
    ...scope,
  };
}

/** The draft of a rule that is there. */
export function draftOf(rule: Rule): RuleDraft {
  const { id, name, description, enabled, severity, scope, kind, params, notify } = rule;
  const patterns = (list: readonly string[] = []): readonly string[] =>
    list.length === 1 && list[0] === '*' ? [] : list;
  return {
    id,
    name,
    description,
    enabled,
    severity,
    devices: patterns(scope?.devices),
    metrics: patterns(scope?.metrics),
    labels: Object.entries(scope?.labels ?? {}).map(([label, values]) => ({
      label,
      values: [values].flat(),
    })),
    kind,
    params,
    forMs: rule.forMs ?? 0,
    clearForMs: rule.clearForMs ?? 0,
    channels: notify?.channels ?? [],
  };
}

/** A rule of its own that begins as a copy. */
export function copyOf(draft: RuleDraft): RuleDraft {
  const name = `${draft.name} (copy)`.slice(0, 200);
  return { ...draft, id: idOf(name), name };
}

/** What is sent to the API. What is incomplete in the draft stays so, for the check to tell. */
export function ruleOf(draft: RuleDraft): Body {
  const { devices, metrics, labels, channels, ...rest } = draft;
  const wanted = labels.filter(({ label, values }) => label !== '' || values.length > 0);
  return {
    ...rest,
    name: draft.name.trim(),
    // A list that is empty would be at fault; so would a duration that is none.
    scope: {
      devices: devices.length === 0 ? EVERYTHING : [...devices],
      labels: Object.fromEntries(wanted.map(({ label, values }) => [label, [...values]])),
      metrics: metrics.length === 0 ? EVERYTHING : [...metrics],
    },
    kind: draft.kind as Body['kind'],
    params: withoutGaps(draft.params),
    forMs: draft.forMs ?? -1,
    clearForMs: draft.clearForMs ?? -1,
    notify: { channels: [...channels] },
  };
}

/** Parameters without those that are left empty. */
function withoutGaps(params: Params): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(params).flatMap(([name, value]): [string, unknown][] => {
      if (value === undefined) return [];
      if (name !== 'levels') return [[name, value]];
      if (!Array.isArray(value) || value.length === 0) return [];
      return [[name, value.map((level: unknown) => (isRecord(level) ? withoutGaps(level) : level))]];
    }),
  );
}

/** Faults by the path of the field, e.g. `params.threshold`; the first of each. */
export type Faults = ReadonlyMap<string, string>;

/** What the server would refuse, in its words: it is the same check. */
export function faultsOf(draft: RuleDraft): Faults {
  const parsed = parseRule(ruleOf(draft));
  return parsed.ok ? new Map() : faultMap(parsed.problems);
}

/** Faults by field; the first of each stays. */
export function faultMap(problems: readonly FieldProblem[]): Faults {
  const faults = new Map<string, string>();
  for (const { field, fault } of problems) if (!faults.has(field)) faults.set(field, fault);
  return faults;
}

/** The fault of a field, or of anything within it: `scope.devices[1]` belongs to `scope.devices`. */
export function faultAt(faults: Faults, field: string): string | undefined {
  const exact = faults.get(field);
  if (exact !== undefined) return exact;
  for (const [at, fault] of faults) {
    if (at.startsWith(`${field}[`) || at.startsWith(`${field}.`)) return fault;
  }
  return undefined;
}

/** An ID from a name: `Freezer too warm` is `freezer-too-warm`. Empty where the name has nothing that an ID may have. */
export function idOf(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, 64)
    .replace(/-+$/, '');
}

/** The draft with another severity of its first level; levels above it stay more severe, and those for which there is none go. */
export function withSeverity(draft: RuleDraft, severity: Severity): RuleDraft {
  let below: Severity | undefined = severity;
  const levels: Params[] = [];
  for (const level of levelsOf(draft.params)) {
    const least = nextSeverity(below);
    if (least === undefined) break;
    const own = severityOf(level);
    const kept: Severity = own !== undefined && RANK[own] >= RANK[least] ? own : least;
    levels.push({ ...level, severity: kept });
    below = kept;
  }
  const { levels: _before, ...params } = draft.params;
  return { ...draft, severity, params: levels.length === 0 ? params : { ...params, levels } };
}

const RANK: Readonly<Record<Severity, number>> = { info: 0, warning: 1, critical: 2 };

/** The draft of another kind: its limits stay where both kinds compare numbers. */
export function withKind(draft: RuleDraft, kind: string, example: Params): RuleDraft {
  const kept = Object.fromEntries(
    ['operator', 'threshold', 'clearThreshold', 'low', 'high', 'clearLow', 'clearHigh']
      .filter((name) => draft.params[name] !== undefined)
      .map((name) => [name, draft.params[name]]),
  );
  const isComparison = typeof example['operator'] === 'string' && 'operator' in kept && kind !== 'state';
  const wasComparison = draft.kind !== 'state' && 'operator' in kept;
  if (!isComparison || !wasComparison) return { ...draft, kind, params: example };
  const own = Object.fromEntries(
    Object.entries(example).filter(([name]) => !/^(operator|threshold|low|high|clear.*|levels)$/.test(name)),
  );
  return { ...draft, kind, params: { ...own, ...kept } };
}
