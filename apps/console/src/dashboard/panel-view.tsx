import { css } from '@emotion/css';
import { LoadingState, renderMarkdown, type GrafanaTheme2, type InterpolateFunction } from '@grafana/data';
import { ErrorBoundary, Icon, PanelChrome, Tooltip, useStyles2 } from '@grafana/ui';
import { memo, useEffect, useMemo, useState } from 'react';
import { useDashboard } from './dashboard-context.js';
import { withDefaultFieldConfig, withDefaultOptions } from './field-config.js';
import type { PlacedPanel, Rectangle } from './layout.js';
import { PanelContent, Words } from './panel-content.js';
import { PanelLinks } from './panel-links.js';
import { PanelMenu } from './panel-menu.js';
import { noticesOf } from './query-service.js';
import { useAnnotations, usePanelData, usePanelFeed, useTransformed } from './use-panel-data.js';
import { useInView } from './use-in-view.js';
import { useVisibleSeries } from './use-visible-series.js';
import { panelKinds } from '../panels/panel-kinds.js';
import type { PanelKind } from '../panels/panel-kind.js';

/** A bar that flashes at each answer would be noise. */
const LOADING_SHOWN_AFTER_MS = 300;

/** For a type that nobody draws. */
const UNKNOWN: Omit<PanelKind, 'load'> = { type: 'unknown', name: 'Unknown', options: {} };

interface PanelViewProps {
  readonly placed: PlacedPanel;
  readonly rectangle: Rectangle;
  readonly isViewed: boolean;
}

/** A panel of a dashboard: its frame, and in it what its type draws of its data. */
export const PanelView = memo(function PanelView({ placed, rectangle, isViewed }: PanelViewProps) {
  const styles = useStyles2(getStyles);
  const [ref, isInView] = useInView();
  return (
    <div ref={ref} className={styles.place} style={rectangle} data-panel-key={placed.key}>
      {/* A configuration that makes no sense fails here, and not the page. */}
      <ErrorBoundary dependencies={[placed.panel]} errorLogger={() => {}}>
        {({ error }) =>
          error === null || error === undefined ? (
            <FramedPanel placed={placed} rectangle={rectangle} isInView={isInView} isViewed={isViewed} />
          ) : (
            <PanelChrome width={rectangle.width} height={rectangle.height} title={placed.panel.title}>
              {() => <Words title="This panel failed">{error.message}</Words>}
            </PanelChrome>
          )
        }
      </ErrorBoundary>
    </div>
  );
});

function FramedPanel({
  placed,
  rectangle,
  isInView,
  isViewed,
}: PanelViewProps & { readonly isInView: boolean }) {
  const { panel, scoped } = placed;
  const { interpolate: interpolateAll, inspect } = useDashboard();
  const kind = panelKinds.get(panel.type);
  const defaults = kind ?? UNKNOWN;
  const interpolate = useMemo<InterpolateFunction>(
    () => (text, vars, format) => interpolateAll(text, { ...scoped, ...vars }, format),
    [interpolateAll, scoped],
  );
  const { state, toldRange } = usePanelFeed(placed, { widthPx: rectangle.width, isInView });
  const transformed = useTransformed(state.frames, placed, interpolate);
  const baseConfig = useMemo(() => withDefaultFieldConfig(panel.fieldConfig, defaults), [panel, defaults]);
  const { fieldConfig, toggle } = useVisibleSeries(baseConfig, transformed.frames);
  const annotations = useAnnotations(panel.id);
  const data = usePanelData(placed, state, transformed, {
    fieldConfig,
    defaults,
    interpolate,
    annotations,
  });
  const options = useMemo(() => withDefaultOptions(panel.options, defaults), [panel, defaults]);
  const title = interpolate(panel.title);
  const isLoading = useDelayed(data.state === LoadingState.Loading, LOADING_SHOWN_AFTER_MS);
  const notices = noticesOf(state.frames).map(({ severity, text }) => ({ severity, text }));
  const status = [
    ...(data.errors ?? []).map(({ message = '' }) => ({ severity: 'error' as const, text: message })),
    ...notices,
  ];
  return (
    <PanelChrome
      width={rectangle.width}
      height={rectangle.height}
      title={title}
      {...(panel.description === ''
        ? {}
        : { description: () => renderMarkdown(interpolate(panel.description)) })}
      displayMode={panel.isTransparent ? 'transparent' : 'default'}
      padding={kind?.isUnpadded === true ? 'none' : 'md'}
      hoverHeader={title === '' && toldRange === undefined}
      loadingState={isLoading ? LoadingState.Loading : LoadingState.Done}
      statusItems={status}
      statusMessageOnClick={() => inspect({ key: placed.key, tab: 'query' })}
      titleItems={
        panel.links.length === 0 && toldRange === undefined ? undefined : (
          <>
            <PanelLinks links={panel.links} interpolate={interpolate} />
            {toldRange === undefined ? null : <OwnRange text={toldRange} />}
          </>
        )
      }
      menu={<PanelMenu placed={placed} title={title} isViewed={isViewed} frames={data.series} />}
    >
      {(width, height) => (
        <PanelContent
          {...{ placed, kind, title, data, options, fieldConfig, interpolate, width, height, toggle }}
        />
      )}
    </PanelChrome>
  );
}

/** Says that a panel shows another range than the dashboard. */
function OwnRange({ text }: { readonly text: string }) {
  const styles = useStyles2(getStyles);
  return (
    <Tooltip content="The time range of this panel">
      <span className={styles.range}>
        <Icon name="clock-nine" size="sm" /> {text}
      </span>
    </Tooltip>
  );
}

/** True once something has been true for a while; false at once. */
function useDelayed(isOn: boolean, ms: number): boolean {
  const [isLong, setLong] = useState(false);
  useEffect(() => {
    if (!isOn) return undefined;
    const timer = setTimeout(() => setLong(true), ms);
    return () => {
      clearTimeout(timer);
      setLong(false);
    };
  }, [isOn, ms]);
  return isOn && isLong;
}

function getStyles(theme: GrafanaTheme2) {
  return {
    place: css({ position: 'absolute' }),
    range: css({
      display: 'inline-flex',
      alignItems: 'center',
      gap: theme.spacing(0.5),
      whiteSpace: 'nowrap',
      color: theme.colors.text.secondary,
      ...theme.typography.bodySmall,
    }),
  };
}
