import {
  applyFieldOverrides,
  LoadingState,
  type DataFrame,
  type FieldConfigSource,
  type InterpolateFunction,
  type PanelData,
} from '@grafana/data';
import { useTheme2 } from '@grafana/ui';
import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { annotationFrame, isForPanel } from './annotations.js';
import { useDashboard } from './dashboard-context.js';
import { fieldConfigRegistry, type PanelDefaults } from './field-config.js';
import { queryResolution } from './interval.js';
import type { PlacedPanel, ScopedValues } from './layout.js';
import type { FeedInput, FeedState } from './panel-feed.js';
import { refreshPeriodMs } from './refresh.js';
import { queryVariables, type QueryVariables } from './resolve-variables.js';
import { endsNow, panelRange } from './time-range.js';
import { transformFrames } from './transformers.js';
import { namesIn } from './variable-expression.js';

/** Asks for a panel's data as long as it is drawn, and gives what is known of it. */
export function usePanelFeed(
  { key, panel, scoped }: PlacedPanel,
  { widthPx, isInView }: { readonly widthPx: number; readonly isInView: boolean },
): { readonly state: FeedState; readonly toldRange: string | undefined } {
  const { model, variables, range, timeZone, refresh, feed } = useDashboard();
  const state = useSyncExternalStore(
    useMemo(() => (listener: () => void) => feed.subscribe(key, listener), [feed, key]),
    () => feed.state(key),
  );
  const needed = useMemo(
    () =>
      neededVariables(
        panel.targets.map(({ text }) => text),
        queryVariables(variables ?? []),
        scoped,
      ),
    [panel, variables, scoped],
  );
  const own = useMemo(() => panelRange(range, panel, timeZone), [range, panel, timeZone]);
  const isReady = variables !== undefined && widthPx > 0;
  useEffect(() => {
    if (!isReady) return;
    const { intervalMs } = queryResolution(own.range, widthPx, panel);
    const input: FeedInput = {
      queries: panel.targets.map(({ refId }) => ({
        refId,
        source: { dashboard: model.uid, panel: panel.id, target: refId },
      })),
      identity: JSON.stringify([needed, range, timeZone, intervalMs]),
      range: () => panelRange(range, panel, timeZone).range,
      resolution: (now) => {
        const { maxDataPoints } = queryResolution(now, widthPx, panel);
        return { intervalMs, maxDataPoints };
      },
      variables: needed,
      periodMs: refreshPeriodMs(refresh, {
        spanMs: own.range.to.valueOf() - own.range.from.valueOf(),
        endsNow: endsNow(range),
      }),
      isHidden: !isInView,
    };
    feed.want(key, input);
  }, [feed, key, panel, model.uid, needed, range, timeZone, own, widthPx, isReady, refresh, isInView]);
  useEffect(() => () => feed.forget(key), [feed, key]);
  return { state, toldRange: own.told };
}

/** Of the variables those that a text names; with a single value for what is repeated. */
export function neededVariables(
  texts: readonly string[],
  all: QueryVariables,
  scoped: ScopedValues,
): QueryVariables {
  const names = namesIn(texts.join(' '));
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, value]) =>
      names.has(name) ? [[name, scoped[name]?.value ?? value]] : [],
    ),
  );
}

/** Frames after a panel's transformations; the last ones while others are made. */
export function useTransformed(
  frames: readonly DataFrame[],
  { panel }: PlacedPanel,
  interpolate: InterpolateFunction,
): { readonly frames: readonly DataFrame[]; readonly fault?: string } {
  const [made, setMade] = useState<{ readonly frames: readonly DataFrame[]; readonly fault?: string }>({
    frames: [],
  });
  const isPlain = panel.transformations.length === 0;
  useEffect(() => {
    if (isPlain) return undefined;
    let isStale = false;
    transformFrames(frames, panel.transformations, interpolate).then(
      (transformed) => {
        if (!isStale) setMade({ frames: transformed });
      },
      (error: unknown) => {
        if (!isStale) setMade({ frames: [], fault: error instanceof Error ? error.message : String(error) });
      },
    );
    return () => {
      isStale = true;
    };
  }, [frames, panel, isPlain, interpolate]);
  return isPlain ? { frames } : made;
}

/** What the panel's component gets: frames with their field configuration applied, and the annotations. */
export function usePanelData(
  { panel }: PlacedPanel,
  state: FeedState,
  transformed: { readonly frames: readonly DataFrame[]; readonly fault?: string },
  {
    fieldConfig,
    defaults,
    interpolate,
    annotations,
  }: {
    readonly fieldConfig: FieldConfigSource;
    readonly defaults: PanelDefaults;
    readonly interpolate: InterpolateFunction;
    readonly annotations: readonly DataFrame[];
  },
): PanelData {
  const theme = useTheme2();
  const { timeZone, range } = useDashboard();
  const registry = useMemo(
    () => fieldConfigRegistry(fieldConfig.defaults.custom ?? defaults.custom ?? {}),
    [fieldConfig, defaults],
  );
  const series = useMemo(
    () =>
      applyFieldOverrides({
        data: [...transformed.frames],
        fieldConfig,
        fieldConfigRegistry: registry,
        replaceVariables: interpolate,
        theme,
        timeZone,
      }),
    [transformed.frames, fieldConfig, registry, interpolate, theme, timeZone],
  );
  const structureRev = useMemo(() => structureRevision(series), [series]);
  return useMemo(() => {
    const errors = [...state.errors, ...(transformed.fault === undefined ? [] : [transformed.fault])];
    return {
      state: loadingState(state, errors),
      series,
      structureRev,
      annotations: [...annotations],
      timeRange: state.range ?? panelRange(range, panel, timeZone).range,
      ...(errors.length === 0 ? {} : { errors: errors.map((message) => ({ message })) }),
    };
  }, [state, transformed.fault, series, structureRev, annotations, range, panel, timeZone]);
}

function loadingState({ status }: FeedState, errors: readonly string[]): LoadingState {
  if (errors.length > 0) return LoadingState.Error;
  if (status === 'waiting') return LoadingState.NotStarted;
  return status === 'loading' ? LoadingState.Loading : LoadingState.Done;
}

/** A number that changes when fields come, go or change their configuration, and not when values do. */
function structureRevision(series: readonly DataFrame[]): number {
  const structure = series.map(({ name, refId, fields }) => [
    name,
    refId,
    fields.map((field) => [field.name, field.type, field.labels, field.config]),
  ]);
  let hash = 0;
  for (const character of JSON.stringify(structure))
    hash = (Math.imul(hash, 31) + (character.codePointAt(0) ?? 0)) | 0;
  return hash;
}

export const ANNOTATIONS_KEY = 'annotations';

/** Asks for the annotations of a dashboard that are on; its panels take them from the feed. */
export function useAnnotationFeed(): void {
  const { model, variables, range, timeZone, refresh, feed, annotationsOff } = useDashboard();
  useEffect(() => {
    if (variables === undefined) return;
    const on = model.annotations.filter(({ name }) => !annotationsOff.has(name));
    const needed = neededVariables(
      on.map(({ text }) => text),
      queryVariables(variables),
      {},
    );
    const { range: now } = panelRange(range, {}, timeZone);
    const spanMs = now.to.valueOf() - now.from.valueOf();
    const period = refreshPeriodMs(refresh, { spanMs, endsNow: endsNow(range) });
    feed.want(ANNOTATIONS_KEY, {
      queries: on.map(({ name }) => ({ refId: name, source: { dashboard: model.uid, annotation: name } })),
      identity: JSON.stringify([needed, range, timeZone, on.map(({ name }) => name)]),
      range: () => panelRange(range, {}, timeZone).range,
      resolution: () => ({ intervalMs: Math.max(1, Math.round(spanMs / 100)), maxDataPoints: 100 }),
      variables: needed,
      // An alert may be told a few seconds later than a reading is drawn.
      periodMs: period === undefined ? undefined : Math.max(period, 5_000),
      isHidden: on.length === 0,
    });
  }, [feed, model, variables, range, timeZone, refresh, annotationsOff]);
}

/** The annotations that a panel draws. */
export function useAnnotations(panelId: number): readonly DataFrame[] {
  const theme = useTheme2();
  const { model, feed, annotationsOff } = useDashboard();
  const state = useSyncExternalStore(
    useMemo(() => (listener: () => void) => feed.subscribe(ANNOTATIONS_KEY, listener), [feed]),
    () => feed.state(ANNOTATIONS_KEY),
  );
  return useMemo(
    () =>
      model.annotations
        .filter((annotation) => !annotationsOff.has(annotation.name) && isForPanel(annotation, panelId))
        .map((annotation) =>
          annotationFrame(
            annotation,
            state.frames.filter(({ refId }) => refId === annotation.name),
            theme,
          ),
        )
        .filter(({ length }) => length > 0),
    [model, annotationsOff, state.frames, panelId, theme],
  );
}
