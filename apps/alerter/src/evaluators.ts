import type { Evaluator } from './evaluator.js';

/** The evaluators of a process, one for each source of observations. */
export class Evaluators {
  constructor(
    readonly readings: Evaluator,
    readonly presence: Evaluator,
  ) {}

  get all(): readonly Evaluator[] {
    return [this.readings, this.presence];
  }

  /** The one that evaluates a logical topic. @throws TypeError for a topic that none does. */
  ofTopic(topic: string): Evaluator {
    const found = this.all.find((evaluator) => evaluator.topic === topic);
    if (found === undefined) throw new TypeError(`no rules are evaluated over ${topic}`);
    return found;
  }
}
