import type pg from 'pg';
import type { Logger } from '@fieldstream/domain';
import { readChangedLabels, type RuleStore } from '@fieldstream/timescale';
import type { DeviceLabelBook } from './device-label-book.js';
import type { Evaluator } from './evaluator.js';
import { RuleSet } from './rule-set.js';

export interface RuleWatcherOptions {
  readonly pool: pg.Pool;
  readonly rules: RuleStore;
  readonly labels: DeviceLabelBook;
  readonly evaluators: readonly Pick<Evaluator, 'rules' | 'useRules' | 'reviseLabels'>[];
  readonly logger: Logger;
}

/** Reads the rules. Rows that are not valid rules are not evaluated, and are logged. @throws DatabaseError */
export async function readRules(rules: RuleStore, logger: Logger): Promise<RuleSet> {
  const snapshot = await rules.snapshot();
  for (const { ruleId, problems } of snapshot.faulty) {
    logger.error({ rule: ruleId, problems }, 'stored rule is not valid and is not evaluated');
  }
  return new RuleSet(snapshot);
}

/** Puts changed rules and labels in force. What it costs while nothing changes is two looks into indexes. */
export class RuleWatcher {
  constructor(private readonly options: RuleWatcherOptions) {}

  /** @throws DatabaseError; what was not applied is applied by the next look. */
  async look(): Promise<void> {
    await this.lookForLabels();
    await this.lookForRules();
  }

  private async lookForLabels(): Promise<void> {
    const { pool, labels, evaluators, logger } = this.options;
    const changed = await readChangedLabels(pool, labels.revision);
    if (changed.devices.length === 0) return;
    labels.take(changed);
    for (const evaluator of evaluators) await evaluator.reviseLabels();
    labels.applied(changed);
    logger.info({ devices: changed.devices.length, revision: changed.revision }, 'labels changed');
  }

  private async lookForRules(): Promise<void> {
    const { rules, evaluators, logger } = this.options;
    const revision = await rules.revision();
    const behind = evaluators.filter((evaluator) => evaluator.rules.revision !== revision);
    if (behind.length === 0) return;
    const changed = await readRules(rules, logger);
    for (const evaluator of behind) await evaluator.useRules(changed);
    logger.info({ rules: changed.index.size, revision: changed.revision }, 'rules changed');
  }
}
