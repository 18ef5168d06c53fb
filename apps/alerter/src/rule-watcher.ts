import type { Logger } from '@fieldstream/domain';
import type { RuleStore } from '@fieldstream/timescale';
import type { Evaluator } from './evaluator.js';
import { RuleSet } from './rule-set.js';

export interface RuleWatcherOptions {
  readonly rules: RuleStore;
  readonly evaluator: Pick<Evaluator, 'rules' | 'useRules'>;
  readonly everyMs: number;
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

/** Puts changed rules in force. What it costs while nothing changes is one look into an index. */
export class RuleWatcher {
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;
  private hasFailed = false;

  constructor(private readonly options: RuleWatcherOptions) {}

  start(): void {
    this.timer = setInterval(() => {
      this.looking ??= this.look().finally(() => {
        this.looking = undefined;
      });
    }, this.options.everyMs);
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    await this.looking;
  }

  private async look(): Promise<void> {
    const { rules, evaluator, logger } = this.options;
    try {
      if ((await rules.revision()) !== evaluator.rules.revision) {
        const changed = await readRules(rules, logger);
        await evaluator.useRules(changed);
        logger.info({ rules: changed.index.size, revision: changed.revision }, 'rules changed');
      }
      this.hasFailed = false;
    } catch (error) {
      if (!this.hasFailed) logger.warn({ err: error }, 'reading the rules failed, trying again');
      this.hasFailed = true;
    }
  }
}
