import { afterAll, beforeAll, describe, test } from '@jest/globals';
import { CaseScope } from './case-scope.js';
import type { ContractCase } from './contract-case.js';
import { targetKinds, type Target } from './target.js';

/** What the cases' client needs on this machine. */
export interface ClientNeeds {
  /** Why the client cannot be run here; its cases are skipped then. */
  readonly missing?: string | undefined;
}

/** Runs the same cases against every target; what cannot be run here is skipped, and a line says why. */
export function describeContract(
  client: string,
  cases: readonly ContractCase[],
  needs: ClientNeeds = {},
): void {
  for (const kind of targetKinds()) {
    const title = `${client} on ${kind.name}`;
    const missing = needs.missing ?? kind.missing;
    if (missing !== undefined) process.stderr.write(`${title}: skipped, ${missing}\n`);
    (missing === undefined ? describe : describe.skip)(title, () => {
      let target: Target;
      beforeAll(async () => {
        target = await kind.start();
      });
      afterAll(async () => {
        await target.stop();
      });
      for (const { name, restarts, run } of cases) {
        (restarts && !kind.restartable ? test.skip : test)(
          name,
          async () => {
            const scope = await CaseScope.open(target);
            try {
              await run(scope);
            } catch (error) {
              // What the case left behind may not go away in order; that is not what failed.
              await scope.close().catch(() => {});
              throw error;
            }
            await scope.close();
          },
          60_000,
        );
      }
    });
  }
}
