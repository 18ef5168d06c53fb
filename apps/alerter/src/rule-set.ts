import { compileRule, RuleIndex } from '@fieldstream/domain';
import type { RuleSnapshot } from '@fieldstream/timescale';

/** The rules in force, ready for evaluation. */
export class RuleSet {
  readonly index: RuleIndex;
  /** Greatest revision of any rule. */
  readonly revision: number;
  private readonly revisions: ReadonlyMap<string, number>;

  constructor(snapshot: RuleSnapshot) {
    this.index = new RuleIndex(snapshot.rules.map(({ rule }) => compileRule(rule)));
    this.revision = snapshot.revision;
    this.revisions = new Map(snapshot.rules.map(({ rule, revision }) => [rule.id, revision]));
  }

  /** Revision of one rule; 0 for an unknown one. */
  revisionOf(ruleId: string): number {
    return this.revisions.get(ruleId) ?? 0;
  }
}
