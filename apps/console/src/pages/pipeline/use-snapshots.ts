import { useQuery, useQueryClient } from '@tanstack/react-query';
import { api, dataOf } from '../../client/api.js';
import type { Snapshot } from './flow.js';

const KEY = ['pipeline'];
const EVERY_MS = 1_000;
/** Rates are over so long: the bridges report their counters every few seconds. */
const KEPT_MS = 15_000;

/** The pipeline's state, read every second while the page is looked at, and that of the last seconds; oldest first. */
export function useSnapshots() {
  const client = useQueryClient();
  return useQuery({
    queryKey: KEY,
    queryFn: async (): Promise<readonly [Snapshot, ...Snapshot[]]> => {
      const pipeline = await dataOf(api.GET('/api/pipeline'));
      const newest = { atMs: Date.now(), pipeline };
      const kept = client.getQueryData<readonly Snapshot[]>(KEY) ?? [];
      const [first, ...rest] = kept.filter(({ atMs }) => atMs > newest.atMs - KEPT_MS);
      return first === undefined ? [newest] : [first, ...rest, newest];
    },
    refetchInterval: EVERY_MS,
  });
}
