import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { Schema } from '../../client/api.js';
import { api, dataOf } from '../../client/api.js';
import { signalOf, type Signal } from './compared-signal.js';
import { ruleOf, type RuleDraft } from './rule-draft.js';
import { commonPart, watchesDevice } from './scope-match.js';

const RAW_UP_TO_MS = 6 * 60 * 60 * 1_000;
const MOST_POINTS = 25_000;
const PAGE = 500;
/** So many pages of devices are looked through. */
const MOST_PAGES = 4;

/** Series or devices of a back-test. */
const MOST_SUBJECTS = 100;

/** A time of a chart, epoch milliseconds. */
export interface TimeSpan {
  readonly fromMs: number;
  readonly toMs: number;
}

/** A value once it has stopped changing for a while. */
export function useSettled<T>(value: T, afterMs: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), afterMs);
    return () => clearTimeout(timer);
  }, [value, afterMs]);
  return settled;
}

/** The devices that a rule watches, of those that were looked through. */
export interface WatchedDevices {
  readonly fitting: readonly Schema<'Device'>[];
  /** Whether there are devices that were not looked at. */
  readonly hasMore: boolean;
}

/** Which devices fit what a draft watches. */
export function useWatchedDevices(draft: RuleDraft) {
  const search = useSettled(commonPart(draft), 300);
  return useQuery({
    queryKey: ['alerts', 'scope-devices', search],
    queryFn: async ({ signal }) => {
      const devices: Schema<'Device'>[] = [];
      let cursor: string | null = null;
      for (let page = 0; page < MOST_PAGES; page++) {
        const query = {
          limit: PAGE,
          ...(search === '' ? {} : { search }),
          ...(cursor === null ? {} : { cursor }),
        };
        const answer: Schema<'DevicePage'> = await dataOf(
          api.GET('/api/devices', { params: { query }, signal }),
        );
        devices.push(...answer.items);
        cursor = answer.next;
        if (cursor === null) break;
      }
      return { devices, hasMore: cursor !== null };
    },
    placeholderData: keepPreviousData,
    select: ({ devices, hasMore }): WatchedDevices => ({
      fitting: devices.filter((device) => watchesDevice(draft, device)),
      hasMore,
    }),
  });
}

/** Names of the metrics that a device has reported. */
export function useMetrics(deviceId: string) {
  return useQuery({
    queryKey: ['devices', deviceId, 'metrics'],
    queryFn: async ({ signal }) => {
      const path = { id: deviceId };
      const { values } = await dataOf(api.GET('/api/devices/{id}/latest', { params: { path }, signal }));
      return values;
    },
    enabled: deviceId !== '',
  });
}

/** A metric's readings over a time: each one up to 6 hours, else by the minute. */
export function useReadings(of: {
  readonly deviceId: string;
  readonly metric: string;
  readonly span: TimeSpan;
  /** Whether texts are wanted where the metric has both. */
  readonly asText: boolean;
}) {
  const { deviceId, metric, span, asText } = of;
  const isRaw = asText || span.toMs - span.fromMs <= RAW_UP_TO_MS;
  return useQuery({
    queryKey: ['devices', deviceId, 'readings', metric, span, isRaw, asText],
    queryFn: async ({ signal }): Promise<{ signal: Signal; unit: string }> => {
      const query = {
        metric,
        from: new Date(span.fromMs).toISOString(),
        to: new Date(span.toMs).toISOString(),
        resolution: isRaw ? ('raw' as const) : ('1m' as const),
        limit: MOST_POINTS,
      };
      const path = { id: deviceId };
      const { points, unit } = await dataOf(
        api.GET('/api/devices/{id}/readings', { params: { path, query }, signal }),
      );
      return { signal: signalOf(points, { asText }), unit: unit ?? '' };
    },
    enabled: deviceId !== '' && metric !== '',
    placeholderData: keepPreviousData,
  });
}

/** What a draft would have done over a time. Asked once the draft has settled, and only while it is valid. */
export function useBackTest(draft: RuleDraft, span: TimeSpan, isValid: boolean) {
  // What is only for people changes nothing of the result.
  const judged = ruleOf({
    ...draft,
    id: 'draft',
    name: 'Draft',
    description: '',
    enabled: true,
    channels: [],
  });
  const asked = JSON.stringify(judged);
  const wanted = useSettled(asked, 400);
  return useQuery({
    queryKey: ['back-test', wanted, span],
    queryFn: ({ signal }) =>
      dataOf(
        api.POST('/api/rules/back-test', {
          body: {
            rule: JSON.parse(wanted) as Schema<'RuleReplacement'>,
            from: new Date(span.fromMs).toISOString(),
            to: new Date(span.toMs).toISOString(),
            limit: MOST_SUBJECTS,
          },
          signal,
        }),
      ),
    // Of one that has not settled, or has just become valid again, the settled text is another one.
    enabled: isValid && wanted === asked,
    staleTime: 60_000,
    retry: false,
    placeholderData: keepPreviousData,
  });
}
