import TestSequencer from '@jest/test-sequencer';

/** Slowest first, so that no long file is begun when the other workers have nothing left to do. */
const ORDER = ['integrity', 'e2e', 'integration', 'contract', 'unit'];

const rank = (test) => ORDER.indexOf(test.context.config.displayName?.name ?? 'unit');

/** Jest's own order (slow files first, as far as it remembers them), project by project. */
export default class SlowProjectsFirst extends TestSequencer {
  sort(tests) {
    return super.sort(tests).toSorted((a, b) => rank(a) - rank(b));
  }
}
