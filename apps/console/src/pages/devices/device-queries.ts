import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api, dataOf, type Schema } from '../../client/api.js';
import { listQuery, type ListState } from './list-state.js';
import type { SparkPoint } from './sparkline-path.js';

export type Device = Schema<'Device'>;
export type LatestValue = Schema<'DeviceGlances'>['items'][number]['values'][number];

/** What a device is known by at a glance. */
export interface DeviceGlance {
  readonly values: readonly LatestValue[];
  /** Of the first of them that has numbers; empty without any. */
  readonly points: readonly SparkPoint[];
}

const FAST_MS = 2_000;
const LIVE_MS = 5_000;
const SLOW_MS = 15_000;
/** Room that the device IDs may take in an address; servers and proxies take 8 kB of it and more. */
const MAX_QUERY_CHARACTERS = 4_000;

/** A page of the list; follows what happens, and keeps the page before on the screen until the next one is there. */
export const devicesQuery = (state: ListState) =>
  queryOptions({
    queryKey: ['devices', 'list', state],
    queryFn: () => dataOf(api.GET('/api/devices', { params: { query: listQuery(state, Date.now()) } })),
    placeholderData: keepPreviousData,
    refetchInterval: LIVE_MS,
  });

/** Main values and spark lines of devices, by their IDs. */
export const glancesQuery = (deviceIds: readonly string[]) =>
  queryOptions({
    queryKey: ['devices', 'glances', deviceIds],
    queryFn: async (): Promise<ReadonlyMap<string, DeviceGlance>> => {
      const answers = await Promise.all(
        chunks(deviceIds).map((device) =>
          dataOf(api.GET('/api/sparklines', { params: { query: { device } } })),
        ),
      );
      return new Map(
        answers
          .flatMap(({ items }) => items)
          .map(({ deviceId, values, sparkline }) => [
            deviceId,
            { values, points: toPoints(sparkline?.points ?? []) },
          ]),
      );
    },
    enabled: deviceIds.length > 0,
    placeholderData: keepPreviousData,
    refetchInterval: LIVE_MS,
  });

export const labelsQuery = queryOptions({
  queryKey: ['devices', 'labels'],
  queryFn: async () => (await dataOf(api.GET('/api/labels'))).items,
  staleTime: SLOW_MS,
});

export const serverQuery = queryOptions({
  queryKey: ['server'],
  queryFn: () => dataOf(api.GET('/api/server')),
  staleTime: 60_000,
});

export const deviceQuery = (id: string) =>
  queryOptions({
    queryKey: ['devices', 'one', id],
    queryFn: () => dataOf(api.GET('/api/devices/{id}', { params: { path: { id } } })),
    refetchInterval: LIVE_MS,
  });

/** Newest values of a device; the first thousand metrics. */
export const latestQuery = (id: string) =>
  queryOptions({
    queryKey: ['devices', 'latest', id],
    queryFn: async () =>
      (await dataOf(api.GET('/api/devices/{id}/latest', { params: { path: { id } } }))).values,
    refetchInterval: FAST_MS,
  });

/** The last hour of each metric of a device. */
export const sparklinesQuery = (id: string) =>
  queryOptions({
    queryKey: ['devices', 'sparklines', id],
    queryFn: async () => {
      const { items } = await dataOf(api.GET('/api/devices/{id}/sparklines', { params: { path: { id } } }));
      return new Map(items.map(({ metric, points }) => [metric, toPoints(points)]));
    },
    refetchInterval: SLOW_MS,
  });

/** Alerts of a device, newest first. */
export const deviceAlertsQuery = (id: string) =>
  queryOptions({
    queryKey: ['alerts', 'of-device', id],
    queryFn: async () =>
      (await dataOf(api.GET('/api/alerts', { params: { query: { device: id, limit: 50 } } }))).items,
    refetchInterval: SLOW_MS,
  });

/** What a device was told to do, newest first. */
export const deviceCommandsQuery = (id: string) =>
  queryOptions({
    queryKey: ['devices', 'commands', id],
    queryFn: async () =>
      (
        await dataOf(
          api.GET('/api/devices/{id}/commands', { params: { path: { id }, query: { limit: 50 } } }),
        )
      ).items,
    refetchInterval: FAST_MS,
  });

// The client's types know the pairs as lists.
function toPoints(pairs: readonly (readonly number[])[]): readonly SparkPoint[] {
  return pairs.map(([timeMs = 0, value = 0]) => [timeMs, value]);
}

function chunks(deviceIds: readonly string[]): string[][] {
  const parts: string[][] = [];
  let room = 0;
  for (const id of deviceIds) {
    const length = encodeURIComponent(id).length + '&device='.length;
    if (length > room) {
      parts.push([]);
      room = MAX_QUERY_CHARACTERS;
    }
    room -= length;
    parts.at(-1)?.push(id);
  }
  return parts;
}
