import { type Api } from '../api.js';
import { APIS } from '../apis.js';

/** A row for each version of each API, for tables of cases. */
export function everyVersion(): { readonly name: string; readonly version: number; readonly api: Api }[] {
  return [...APIS.values()].flatMap((api) =>
    Array.from({ length: api.maxVersion - api.minVersion + 1 }, (_, step) => ({
      name: api.name,
      version: api.minVersion + step,
      api,
    })),
  );
}
