import type { DeviceRegistry, RegistrationResult } from '@fieldstream/timescale';
import { hashToken, makeToken } from '@fieldstream/wire';
import { MAX_LABELS } from './device-schemas.js';
import type { ImportedDevice, ImportFile } from './import-file.js';

export interface DeviceImportOptions {
  readonly registry: Pick<DeviceRegistry, 'registerAll'>;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** What came of a line. */
export type ImportResult =
  /** `token` is missing where it was given, and in a trial. */
  | {
      readonly line: number;
      readonly deviceId: string;
      readonly result: 'registered';
      readonly token?: string;
    }
  | { readonly line: number; readonly deviceId: string; readonly result: 'refused'; readonly fault: string };

/** Devices that are registered in one transaction: some milliseconds of hashing, and short locks. */
const AT_A_TIME = 200;
/** Gateways of gateways of gateways. */
const MAX_RANKS = 16;
/** Stands for a hash that is thrown away. */
const NO_HASH = '';

const FAULTS: Readonly<Record<Exclude<RegistrationResult, 'registered'>, string>> = {
  'already-registered': 'is registered already; make a new token for it, or delete it first',
  'being-deleted': 'is being deleted; try again later',
  'too-many-labels': `would have more than ${MAX_LABELS} labels`,
  'unknown-gateway': 'has a gateway that is not registered',
};

/** Registers the devices of a file: each line wholly or not at all, whatever becomes of the others. */
export class DeviceImport {
  constructor(private readonly options: DeviceImportOptions) {}

  /**
   * Yields what came of each line, the faulty ones first, then the others, gateways before their devices. What has been
   * yielded is done; whoever stops asking stops the import.
   * @param dryRun Registers nothing, and tells what would have come of it.
   * @throws DatabaseError
   */
  async *run({ devices, faults }: ImportFile, dryRun: boolean): AsyncGenerator<readonly ImportResult[]> {
    yield faults.map((fault) => ({ ...fault, result: 'refused' as const }));
    /** Of this file. */
    const registered = new Set<string>();
    for (const rank of byRank(devices)) {
      for (let at = 0; at < rank.length; at += AT_A_TIME) {
        const results = await this.#register(rank.slice(at, at + AT_A_TIME), dryRun, registered);
        for (const { deviceId, result } of results) if (result === 'registered') registered.add(deviceId);
        yield results;
      }
    }
  }

  async #register(
    devices: readonly ImportedDevice[],
    dryRun: boolean,
    registered: ReadonlySet<string>,
  ): Promise<ImportResult[]> {
    const { registry, now } = this.options;
    const withTokens = await Promise.all(
      devices.map(async ({ line, token, ...device }) => {
        const made = token === undefined && !dryRun ? makeToken() : undefined;
        const secret = made ?? token;
        // In a trial its gateway is not registered when its turn comes, though it would have been.
        const isThere = dryRun && device.gatewayId !== undefined && registered.has(device.gatewayId);
        const gatewayId = isThere ? undefined : device.gatewayId;
        const tokenHash = dryRun || secret === undefined ? NO_HASH : await hashToken(secret);
        return {
          line,
          made,
          registration: { ...device, gatewayId, tokenHash, maxLabels: MAX_LABELS, nowMs: now() },
        };
      }),
    );
    const results = await registry.registerAll(
      withTokens.map(({ registration }) => registration),
      { dryRun },
    );
    return withTokens.map(({ line, made, registration: { deviceId } }): ImportResult => {
      const result = results.get(deviceId) ?? 'already-registered';
      if (result !== 'registered') return { line, deviceId, result: 'refused', fault: FAULTS[result] };
      return made === undefined ? { line, deviceId, result } : { line, deviceId, result, token: made };
    });
  }
}

/** The devices in the order of their ranks: a gateway is of a lower rank than its devices. Circles and longer chains come last. */
function byRank(devices: readonly ImportedDevice[]): ImportedDevice[][] {
  const ranks: ImportedDevice[][] = [];
  let left = devices;
  while (left.length > 0) {
    const waiting = new Set(left.map(({ deviceId }) => deviceId));
    const isReady = ({ deviceId, gatewayId }: ImportedDevice): boolean =>
      gatewayId === undefined || gatewayId === deviceId || !waiting.has(gatewayId);
    const ready = left.filter(isReady);
    if (ready.length === 0 || ranks.length === MAX_RANKS) return [...ranks, [...left]];
    ranks.push(ready);
    left = left.filter((device) => !isReady(device));
  }
  return ranks;
}
