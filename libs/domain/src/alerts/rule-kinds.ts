import { type RuleKind } from './rule-kind.js';
import { threshold } from './threshold.js';

/** Every kind of rule. A new one is added by its own file and a line here. */
export const RULE_KINDS: readonly RuleKind<object>[] = [threshold];

const BY_NAME: ReadonlyMap<string, RuleKind<object>> = new Map(RULE_KINDS.map((kind) => [kind.kind, kind]));

/** The kind of that name, or `undefined`. */
export function ruleKind(name: string): RuleKind<object> | undefined {
  return BY_NAME.get(name);
}
