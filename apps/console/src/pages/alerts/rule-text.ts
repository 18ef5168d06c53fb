import { formatDuration, isRecord, ruleKind, type Severity } from '@fieldstream/domain';
import type { Schema } from '../../client/api.js';
import { formOf } from './rule-kind-forms.js';

type Rule = Schema<'Rule'>;

/** The condition of a rule in words, its first level: `> 30 for 5 min`. The name of the kind where this version cannot tell. */
export function conditionText(rule: Pick<Rule, 'kind' | 'params' | 'forMs'>): string {
  const kind = ruleKind(rule.kind);
  const checked = kind !== undefined && isRecord(rule.params) ? kind.parseParams(rule.params) : undefined;
  const lasting = rule.forMs === 0 ? '' : ` for ${formatDuration(rule.forMs)}`;
  if (kind === undefined || checked?.ok !== true) return `${formOf(rule.kind).title}${lasting}`;
  const { breach, signal } = kind.describe(checked.value, 0);
  const subject = signal?.('').replace(/ of $/, '').trim() ?? '';
  return `${[subject, breach].filter((part) => part !== '').join(' ')}${lasting}`;
}

/** What a rule watches, in words: `temperature of greenhouse-*`. */
export function scopeText({ scope, kind }: Pick<Rule, 'scope' | 'kind'>): string {
  const { devices = ['*'], metrics = ['*'], labels = {} } = scope ?? {};
  const all = (patterns: readonly string[]): boolean => patterns.length === 1 && patterns[0] === '*';
  const of = all(devices) ? 'all devices' : devices.join(', ');
  const selected = Object.entries(labels).map(([label, values]) => `${label}=${[values].flat().join('|')}`);
  const where = selected.length === 0 ? of : `${of} with ${selected.join(', ')}`;
  if (ruleKind(kind)?.source === 'presence') return where;
  return `${all(metrics) ? 'any metric' : metrics.join(', ')} of ${where}`;
}

/** The highest severity that a rule can reach. */
export function severitiesOf({
  severity,
  kind,
  params,
}: Pick<Rule, 'severity' | 'kind' | 'params'>): Severity[] {
  const known = ruleKind(kind);
  const checked = known?.parseParams(params);
  if (known === undefined || checked?.ok !== true) return [severity];
  return [severity, ...known.higherLevels(checked.value)];
}
