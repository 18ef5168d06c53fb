import { absence } from './absence.js';
import { aggregate } from './aggregate.js';
import { offline } from './offline.js';
import { rate } from './rate.js';
import { repeating } from './repeating.js';
import { type RuleKind } from './rule-kind.js';
import { state } from './state.js';
import { threshold } from './threshold.js';

/** A kind whose parameters and memory are its own affair. */
export type AnyRuleKind = RuleKind<object, object>;

/** Every kind of rule. A new one is added by its own file and a line here. */
export const RULE_KINDS = [
  threshold,
  aggregate,
  rate,
  repeating,
  absence,
  offline,
  state,
] as readonly unknown[] as readonly AnyRuleKind[];

const BY_NAME: ReadonlyMap<string, AnyRuleKind> = new Map(RULE_KINDS.map((kind) => [kind.kind, kind]));

/** The kind of that name, or `undefined`. */
export function ruleKind(name: string): AnyRuleKind | undefined {
  return BY_NAME.get(name);
}
