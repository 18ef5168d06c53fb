import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '@fieldstream/testing';
import { findCoordinator, joinGroup } from '../raw/group-requests.js';
import { ERROR } from '../raw/protocol-numbers.js';
import { RawConnection } from '../raw/raw-connection.js';
import { initProducerId } from '../raw/requests.js';
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
        await coordinatorsReady(target);
      }, 60_000);
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

/** A broker that is new makes its internal topics at the first request that needs them, and has no coordinators until then. */
async function coordinatorsReady(target: Target): Promise<void> {
  const scope = await CaseScope.open(target);
  try {
    const connection = await RawConnection.open(scope);
    await eventually(
      async () => {
        const found = await connection.ask(findCoordinator(scope.name('group')));
        const joined = await connection.ask(joinGroup({ groupId: scope.name('group') }));
        const producer = await connection.ask(initProducerId());
        expect([found.errorCode, joined.errorCode, producer.errorCode]).toEqual([
          0,
          ERROR.memberIdRequired,
          0,
        ]);
      },
      { timeoutMs: 45_000, what: 'the coordinators of groups and of producers' },
    );
  } finally {
    await scope.close();
  }
}
