import { css } from '@emotion/css';
import {
  CoreApp,
  LoadingState,
  type FieldConfigSource,
  type GrafanaTheme2,
  type InterpolateFunction,
  type PanelData,
} from '@grafana/data';
import { ErrorBoundary, PanelContextProvider, useStyles2, type PanelContext } from '@grafana/ui';
import { createElement, lazy, memo, Suspense, useMemo, type ReactNode } from 'react';
import type { PanelKind } from '../panels/panel-kind.js';
import { panelKinds } from '../panels/panel-kinds.js';
import { useDashboard } from './dashboard-context.js';
import type { JsonObject } from './json.js';
import type { PlacedPanel } from './layout.js';

export interface PanelContentProps {
  readonly placed: PlacedPanel;
  readonly kind: PanelKind | undefined;
  readonly title: string;
  readonly data: PanelData;
  readonly options: JsonObject;
  readonly fieldConfig: FieldConfigSource;
  readonly interpolate: InterpolateFunction;
  readonly width: number;
  readonly height: number;
  readonly toggle: NonNullable<PanelContext['onToggleSeriesVisibility']>;
}

/** Inside of a panel's frame: what its type draws, or in words why there is nothing. */
export function PanelContent({ placed, kind, ...props }: PanelContentProps) {
  const { data } = props;
  const { type, targets } = placed.panel;
  if (kind === undefined) {
    return (
      <Words title="Not drawn here">
        The console has no panel of the type <code>{type}</code>. Grafana shows it.
      </Words>
    );
  }
  const error = data.errors?.[0]?.message;
  if (error !== undefined && data.series.length === 0)
    return <Words title="The data could not be read">{error}</Words>;
  const isWaiting = data.state === LoadingState.NotStarted || data.state === LoadingState.Loading;
  // Nothing to show yet: the frame stands, and nothing jumps when data comes.
  if (targets.length > 0 && isWaiting && data.series.length === 0) return null;
  return (
    <ErrorBoundary dependencies={[data.structureRev, placed]} errorLogger={() => {}}>
      {({ error: fault }) =>
        fault === null || fault === undefined ? (
          <Drawn placed={placed} kind={kind} {...props} />
        ) : (
          <Words title="This panel failed">{fault.message}</Words>
        )
      }
    </ErrorBoundary>
  );
}

/** Loaded when the first panel of the type is drawn. */
const COMPONENTS = new Map(
  [...panelKinds.values()].map((kind) => [kind.type, lazy(async () => ({ default: await kind.load() }))]),
);

const Drawn = memo(function Drawn({
  placed,
  kind,
  title,
  data,
  options,
  fieldConfig,
  interpolate,
  width,
  height,
  toggle,
}: PanelContentProps & { readonly kind: PanelKind }) {
  const { model, eventBus, setRange, timeZone } = useDashboard();
  const component = COMPONENTS.get(kind.type);
  const context = useMemo<PanelContext>(
    () => ({
      eventsScope: `${model.uid}-${placed.key}`,
      eventBus,
      app: CoreApp.Dashboard,
      sync: () => model.cursorSync,
      onToggleSeriesVisibility: toggle,
      canAddAnnotations: () => false,
      canEditAnnotations: () => false,
      canDeleteAnnotations: () => false,
      canExecuteActions: () => false,
    }),
    [model, placed.key, eventBus, toggle],
  );
  if (component === undefined || width <= 0 || height <= 0) return null;
  return (
    <PanelContextProvider value={context}>
      <Suspense fallback={null}>
        {createElement(component, {
          id: placed.panel.id,
          title,
          data,
          options,
          fieldConfig,
          timeRange: data.timeRange,
          timeZone,
          transparent: placed.panel.isTransparent,
          width,
          height,
          renderCounter: 0,
          eventBus,
          replaceVariables: interpolate,
          onOptionsChange: () => {},
          onFieldConfigChange: () => {},
          onChangeTimeRange: ({ from, to }) =>
            setRange({ from: String(Math.round(from)), to: String(Math.round(to)) }),
        })}
      </Suspense>
    </PanelContextProvider>
  );
});

/** In the place of what cannot be drawn: why. */
export function Words({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  const styles = useStyles2(getStyles);
  return (
    // Reached with the keyboard, because it scrolls where the panel is small.
    <div className={styles.words} tabIndex={0} role="group" aria-label={title}>
      <strong>{title}</strong>
      <span>{children}</span>
    </div>
  );
}

function getStyles(theme: GrafanaTheme2) {
  return {
    words: css({
      height: '100%',
      overflow: 'auto',
      display: 'flex',
      flexDirection: 'column',
      alignItems: 'center',
      justifyContent: 'safe center',
      gap: theme.spacing(0.5),
      padding: theme.spacing(1),
      textAlign: 'center',
      overflowWrap: 'anywhere',
      color: theme.colors.text.secondary,
    }),
  };
}
