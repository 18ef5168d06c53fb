import { EventBusSrv, type ScopedVars } from '@grafana/data';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useSearchParams } from 'react-router';
import { subscribeToToken } from '../client/token.js';
import { timeParams, variableParams, withParams, withRange, withVariable } from './address.js';
import type { DashboardContextValue, Inspected } from './dashboard-context.js';
import type { DashboardModel } from './dashboard-model.js';
import { interpolator } from './interpolate.js';
import { PanelFeed } from './panel-feed.js';
import { runQueries } from './query-service.js';
import { readRefresh } from './refresh.js';
import { variableValues } from './resolve-variables.js';
import { endsNow, evaluateRange, readRangeEnd, type RangeText } from './time-range.js';
import { useVariables } from './use-variables.js';

export interface DashboardState extends DashboardContextValue {
  /** The panel that is shown alone. */
  readonly viewedPanel: string | undefined;
  readonly inspected: Inspected | undefined;
  readonly isKiosk: boolean;
  readonly setKiosk: (isKiosk: boolean) => void;
}

/** All that a dashboard on the screen is about. What a person chooses stands in the address, as in Grafana. */
export function useDashboardState(model: DashboardModel, isBuiltIn: boolean): DashboardState {
  const [search, setSearch] = useSearchParams();
  const change = useLatest((next: (search: URLSearchParams) => URLSearchParams, replace?: boolean) =>
    setSearch(next(new URLSearchParams(location.search)), {
      replace: replace === true,
      preventScrollReset: true,
    }),
  );

  const timeZone = search.get('timezone') || model.timeZone;
  const from = readRangeEnd(search.get('from'), timeZone) ?? model.time.from;
  const to = readRangeEnd(search.get('to'), timeZone) ?? model.time.to;
  const range = useMemo<RangeText>(() => ({ from, to }), [from, to]);
  const asked = search.get('refresh');
  const refresh = useMemo(
    () =>
      readRefresh(asked, { ...(model.refresh === undefined ? {} : { refresh: model.refresh }), isBuiltIn }),
    [asked, model.refresh, isBuiltIn],
  );

  const { resolved: variables, searchOptions } = useVariables(model, search, { range, timeZone });
  useDefaultsInAddress(search, range, variables, change);

  const feed = useFeed();
  const eventBus = useMemo(() => new EventBusSrv(), []);
  const [annotationsOff, setAnnotationsOff] = useState<ReadonlySet<string>>(
    () => new Set(model.annotations.filter(({ isEnabled }) => !isEnabled).map(({ name }) => name)),
  );
  const [inspected, inspect] = useState<Inspected>();

  const interpolate = useMemo(() => {
    const all = variables ?? [];
    return interpolator({
      values: variableValues(all),
      get range() {
        return evaluateRange(range, timeZone, model.fiscalYearStartMonth);
      },
      timeZone,
      dashboard: model,
      timeParams: timeParams(range),
      variableParams: (scoped?: ScopedVars) => variableParams(all, scoped),
    });
  }, [variables, range, timeZone, model]);

  const linkParams = useCallback<DashboardContextValue['linkParams']>(
    ({ keepTime, includeVars }) => [
      ...(keepTime ? [timeParams(range)] : []),
      ...(includeVars ? [variableParams(variables ?? [])] : []),
    ],
    [range, variables],
  );

  return {
    model,
    variables,
    searchOptions,
    range,
    timeZone,
    refresh,
    feed,
    eventBus,
    interpolate,
    annotationsOff,
    linkParams,
    viewedPanel: search.get('viewPanel')?.replace(/^panel-/, '') || undefined,
    inspected,
    isKiosk: search.has('kiosk') && search.get('kiosk') !== 'false',
    setRange: useCallback(
      (next: RangeText) => {
        if (next.from === range.from && next.to === range.to && endsNow(next)) feed.refresh();
        change((params) => withRange(params, next));
      },
      [change, feed, range],
    ),
    setVariable: useCallback(
      (name: string, values: readonly string[]) => change((params) => withVariable(params, name, values)),
      [change],
    ),
    setTimeZone: useCallback(
      (timezone: string) => change((params) => withParams(params, { timezone })),
      [change],
    ),
    setRefresh: useCallback(
      (interval: string) => change((params) => withParams(params, { refresh: interval }), true),
      [change],
    ),
    toggleAnnotation: useCallback((name: string) => {
      setAnnotationsOff((off) => {
        const next = new Set(off);
        if (!next.delete(name)) next.add(name);
        return next;
      });
    }, []),
    viewPanel: useCallback(
      (key: string | undefined) => change((params) => withParams(params, { viewPanel: key })),
      [change],
    ),
    inspect,
    setKiosk: useCallback(
      (isKiosk: boolean) => change((params) => withParams(params, { kiosk: isKiosk ? 'true' : undefined })),
      [change],
    ),
  };
}

/** A function that stays the same, and does what the last one given does. */
function useLatest<Args extends readonly unknown[]>(act: (...args: Args) => void): (...args: Args) => void {
  const latest = useRef(act);
  useEffect(() => {
    latest.current = act;
  });
  return useCallback((...args: Args) => latest.current(...args), []);
}

/** Puts into the address what holds without having been asked for, so that a copied address shows the same. */
function useDefaultsInAddress(
  search: URLSearchParams,
  range: RangeText,
  variables: DashboardContextValue['variables'],
  change: (next: (search: URLSearchParams) => URLSearchParams, replace: boolean) => void,
): void {
  useEffect(() => {
    if (variables === undefined) return;
    const missing = variables.filter(
      ({ model, chosen }) =>
        model.type !== 'constant' &&
        model.type !== 'datasource' &&
        chosen.length > 0 &&
        !search.has(`var-${model.name}`),
    );
    if (missing.length === 0 && search.has('from') && search.has('to')) return;
    change((params) => {
      const timed = params.has('from') && params.has('to') ? params : withRange(params, range);
      return missing.reduce((next, { model, chosen }) => withVariable(next, model.name, chosen), timed);
    }, true);
  }, [search, range, variables, change]);
}

function useFeed(): PanelFeed {
  const [feed] = useState(() => new PanelFeed(runQueries));
  useEffect(() => {
    feed.open();
    const visibility = (): void => feed.pause(document.hidden);
    visibility();
    document.addEventListener('visibilitychange', visibility);
    const forgetToken = subscribeToToken(() => feed.refresh());
    return () => {
      document.removeEventListener('visibilitychange', visibility);
      forgetToken();
      feed.close();
    };
  }, [feed]);
  return feed;
}
