import { isRecord, noParams, unknownFields } from './checking.js';
import { type Checked, type RuleKind } from './rule-kind.js';

/** There is nothing to set: how long a device must be away is the rule's `forMs`. */
export type OfflineParams = object;

interface Memory {
  readonly isOffline: boolean;
}

/** A device is disconnected: its last will, its own word, or its connection says so. One that sleeps is not. */
export const offline: RuleKind<OfflineParams, Memory> = {
  kind: 'offline',
  source: 'presence',
  beginsWithLast: true,
  parseParams,
  subject: () => 'device',
  higherLevels: () => [],
  accepts: (_, value) => value === 'online' || value === 'offline' || value === 'sleeping',
  observe: (_params, _memory, { value }) => ({ isOffline: value === 'offline' }),
  assess: (_, { isOffline }) => {
    const breached = isOffline ? 1 : 0;
    return { breached, held: breached, value: null, text: isOffline ? 'offline' : 'online' };
  },
  changesAtMs: () => undefined,
  describe: () => ({ breach: 'disconnected', clear: 'connected' }),
};

function parseParams(input: unknown): Checked<OfflineParams> {
  if (input === undefined) return { ok: true, value: {} };
  if (!isRecord(input)) return noParams('{}');
  const problems = unknownFields(input, [], 'params.');
  return problems.length === 0 ? { ok: true, value: {} } : { ok: false, problems };
}
