import { test } from '@jest/globals';
import { engineKind } from '@fieldstream/testing';

/**
 * `test` for what only given engines have. On the embedded ones it is a skip that Jest counts, and whose reason is printed.
 * @param reason what the embedded engines lack, e.g. `no statement_timeout`.
 */
export function testOnGiven(reason: string): typeof test | typeof test.skip {
  if (engineKind() === 'given') return test;
  return Object.assign(
    (...parameters: Parameters<typeof test.skip>) => {
      process.stderr.write(`skipped on the embedded engines: ${String(parameters[0])}: ${reason}\n`);
      test.skip(...parameters);
    },
    { each: test.skip.each },
  ) as typeof test.skip;
}
