import { css } from '@emotion/css';
import {
  applyNullInsertThreshold,
  cacheFieldDisplayNames,
  DashboardCursorSync,
  dateTimeFormat,
  FieldType,
  type GrafanaTheme2,
  type PanelProps,
  type TimeZone,
} from '@grafana/data';
import {
  TooltipDisplayMode,
  type OptionsWithTooltip,
  type TimelineValueAlignment,
  type VisibilityMode,
  type VizLegendOptions,
} from '@grafana/schema';
import {
  KeyboardPlugin,
  Pagination,
  TooltipPlugin2,
  UPlotChart,
  usePanelContext,
  useStyles2,
  useTheme2,
  VizLayout,
  VizLegend,
  VizTooltipContent,
  VizTooltipFooter,
  VizTooltipHeader,
  VizTooltipWrapper,
  XAxisInteractionAreaPlugin,
} from '@grafana/ui';
import { useLayoutEffect, useMemo, useRef, useState } from 'react';
import { AnnotationsLayer } from '../shared/annotations-layer.js';
import { CanvasLabel } from '../shared/canvas-label.js';
import { durationText } from '../shared/duration-text.js';
import { InAppLinks } from '../shared/in-app-links.js';
import { legendFor } from '../shared/legend-for.js';
import { LegendNames } from '../shared/legend-names.js';
import { NoData } from '../shared/no-data.js';
import { HOVER_ALL, HOVER_POINT } from '../shared/tooltip-hover.js';
import { useHeld, useHoldWhile } from '../shared/use-held.js';
import { describeStates } from './describe-states.js';
import {
  distinctStates,
  hasStates,
  sampleDistanceMs,
  stateRows,
  thresholdTexts,
  type StateRow,
} from './state-rows.js';
import { timelineChart, timelineData } from './timeline-chart.js';

interface TimelineOptions extends OptionsWithTooltip {
  readonly legend: VizLegendOptions;
  readonly showValue: VisibilityMode;
  readonly mergeValues?: boolean;
  readonly alignValue?: TimelineValueAlignment;
  readonly rowHeight: number;
  /** Part, 0 to 1, of the distance between values that a box of a status history takes. */
  readonly colWidth?: number;
  /** Rows a page; more are on further pages. */
  readonly perPage?: number;
}

const PAGES_HEIGHT = 36;
/** A legend with more entries would be longer than the chart. */
const MAX_LEGEND = 50;

/** Grafana's state timeline panel. */
export function StateTimelinePanel(props: PanelProps<TimelineOptions>) {
  return <Timeline {...props} isHistory={false} />;
}

/** Grafana's status history panel. */
export function StatusHistoryPanel(props: PanelProps<TimelineOptions>) {
  return <Timeline {...props} isHistory />;
}

function Timeline(props: PanelProps<TimelineOptions> & { readonly isHistory: boolean }) {
  const { timeZone, width, height, options, fieldConfig, isHistory, onChangeTimeRange } = props;
  const [isPinned, hold] = useState(false);
  const data = useHeld(props.data, isPinned);
  const timeRange = useHeld(props.timeRange, isPinned);
  const theme = useTheme2();
  const styles = useStyles2(getStyles);
  const { sync, eventsScope } = usePanelContext();
  const [page, setPage] = useState(1);

  const allRows = useMemo(() => {
    cacheFieldDisplayNames(data.series);
    const from = timeRange.from.valueOf();
    const end = timeRange.to.valueOf();
    const frames = data.series.map((frame) =>
      applyNullInsertThreshold({ frame, refFieldPseudoMin: from, refFieldPseudoMax: end }),
    );
    const sampleMs = (sampleDistanceMs(frames) ?? (end - from) / 20) * (options.colWidth ?? 0.9);
    return stateRows(
      frames,
      { merge: options.mergeValues ?? true, end, ...(isHistory ? { sampleMs } : {}) },
      theme,
    );
  }, [data.series, timeRange, options.mergeValues, options.colWidth, isHistory, theme]);

  const perPage = Math.max(1, options.perPage ?? 20);
  const pages = Math.ceil(allRows.length / perPage);
  const current = Math.min(page, Math.max(1, pages));
  const rows = useMemo(
    () => allRows.slice((current - 1) * perPage, current * perPage),
    [allRows, current, perPage],
  );

  const latest = useRef({ rows, timeRange });
  useLayoutEffect(() => {
    latest.current = { rows, timeRange };
  });

  const custom = (rows[0]?.field.config.custom ?? {}) as { axisWidth?: number; axisPlacement?: string };
  const names = rows.map(({ name }) => name).join('\n');
  const config = useMemo(
    () =>
      timelineChart(
        {
          theme,
          timeZone,
          rowHeight: options.rowHeight,
          showValue: options.showValue,
          alignValue: isHistory ? 'center' : (options.alignValue ?? 'left'),
          mayShorten: !isHistory,
          axisWidth: custom.axisWidth,
          isAxisHidden: custom.axisPlacement === 'hidden',
          names: names.split('\n'),
          maxNameWidth: width / 3,
          rowCount: rows.length,
        },
        () => latest.current,
      ),
    // The rows' names are the chart's structure; their states are read when it draws.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
    [theme, timeZone, options, custom.axisWidth, custom.axisPlacement, width, names, isHistory],
  );
  const chartData = useMemo(() => timelineData(rows, timeRange), [rows, timeRange]);
  const label = useMemo(() => describeStates(props.title, rows), [props.title, rows]);

  if (!hasStates(allRows)) return <NoData fieldConfig={fieldConfig} width={width} height={height} />;
  const cursorSync = sync?.() ?? DashboardCursorSync.Off;
  const chartHeight = pages > 1 ? height - PAGES_HEIGHT : height;
  const { mode, maxWidth } = options.tooltip;
  return (
    <InAppLinks>
      <LegendNames>
        <VizLayout width={width} height={chartHeight} legend={timelineLegend(options, rows, width, theme)}>
          {(plotWidth, plotHeight) => (
            <UPlotChart config={config} data={chartData} width={plotWidth} height={plotHeight}>
              <KeyboardPlugin config={config} />
              <XAxisInteractionAreaPlugin config={config} queryZoom={onChangeTimeRange} />
              <CanvasLabel config={config} text={label} />
              {mode === TooltipDisplayMode.None ? null : (
                <TooltipPlugin2
                  config={config}
                  hoverMode={mode === TooltipDisplayMode.Multi ? HOVER_ALL : HOVER_POINT}
                  queryZoom={onChangeTimeRange}
                  syncMode={cursorSync}
                  syncScope={eventsScope}
                  maxWidth={maxWidth}
                  getDataLinks={(series, index) => linksOf(rows[series - 1], index)}
                  render={(u, indices, series, pinned, _dismiss, _range, viaSync, dataLinks) => (
                    <StateTooltip
                      rows={rows}
                      indices={indices}
                      series={series}
                      isMulti={viaSync || mode === TooltipDisplayMode.Multi}
                      time={u.posToVal(u.cursor.left ?? 0, 'x')}
                      timeZone={timeZone}
                      isPinned={pinned}
                      hold={hold}
                      dataLinks={dataLinks}
                    />
                  )}
                />
              )}
              <AnnotationsLayer config={config} annotations={data.annotations} timeZone={timeZone} />
            </UPlotChart>
          )}
        </VizLayout>
        {pages > 1 ? (
          <div className={styles.pages} style={{ width }}>
            <Pagination currentPage={current} numberOfPages={pages} onNavigate={setPage} />
          </div>
        ) : null}
      </LegendNames>
    </InAppLinks>
  );
}

function linksOf(row: StateRow | undefined, index: number) {
  const span = row?.spans[index];
  return span === undefined ? [] : (row?.field.getLinks?.({ valueRowIndex: span.index }) ?? []);
}

/** The states' colours; none where colours change gradually, and the colour itself tells nothing. */
function timelineLegend(
  options: TimelineOptions,
  rows: readonly StateRow[],
  width: number,
  theme: GrafanaTheme2,
) {
  const legend = legendFor(options.legend, width);
  if (!legend.showLegend) return null;
  const isContinuous = rows.every(
    ({ field }) =>
      field.config.color?.mode?.startsWith('continuous') === true &&
      (field.config.mappings ?? []).length === 0,
  );
  if (isContinuous) return null;
  const first = rows[0];
  const isByThreshold =
    first?.field.config.color?.mode === 'thresholds' &&
    first.field.type === FieldType.number &&
    (first.field.config.mappings ?? []).length === 0;
  const states = isByThreshold && first !== undefined ? thresholdStates(first, theme) : distinctStates(rows);
  const items = states.slice(0, MAX_LEGEND).map(({ text, color }) => ({ label: text, color, yAxis: 1 }));
  return (
    <VizLayout.Legend placement={legend.placement}>
      <VizLegend placement={legend.placement} displayMode={legend.displayMode} items={items} readonly />
    </VizLayout.Legend>
  );
}

function thresholdStates(
  { field }: StateRow,
  theme: GrafanaTheme2,
): readonly { readonly text: string; readonly color: string }[] {
  return thresholdTexts(field).map(({ step, text }) => ({
    text,
    color: theme.visualization.getColorByName(step.color),
  }));
}

function StateTooltip(props: {
  readonly rows: readonly StateRow[];
  readonly indices: readonly (number | null)[];
  readonly series: number | null;
  readonly isMulti: boolean;
  readonly time: number;
  readonly timeZone: TimeZone;
  readonly isPinned: boolean;
  readonly hold: (isHeld: boolean) => void;
  readonly dataLinks: Parameters<typeof VizTooltipFooter>[0]['dataLinks'];
}) {
  const { rows, indices, series, isMulti, time, timeZone, isPinned, dataLinks = [] } = props;
  useHoldWhile(isPinned, props.hold);
  const at = (value: number): string => dateTimeFormat(value, { timeZone });
  const shown = rows.flatMap((row, index) => {
    const span = row.spans[indices[index + 1] ?? -1];
    if (span === undefined || (!isMulti && series !== index + 1)) return [];
    return [{ row, span, isActive: series === index + 1 }];
  });
  const active = shown.find(({ isActive }) => isActive) ?? (isMulti ? undefined : shown[0]);
  const items = shown.map(({ row, span, isActive }) => ({
    label: row.name,
    value: span.text,
    color: span.color,
    isActive: isMulti && isActive,
  }));
  const details =
    active === undefined
      ? []
      : [
          { label: 'From', value: at(active.span.from) },
          { label: 'To', value: at(active.span.to) },
          { label: 'Duration', value: durationText(active.span.to - active.span.from) },
        ];
  return (
    <VizTooltipWrapper>
      <VizTooltipHeader item={{ label: '', value: at(time) }} isPinned={isPinned} />
      <VizTooltipContent items={[...items, ...details]} isPinned={isPinned} scrollable={isMulti} />
      {isPinned && dataLinks.length > 0 ? <VizTooltipFooter dataLinks={dataLinks} /> : null}
    </VizTooltipWrapper>
  );
}

function getStyles(theme: GrafanaTheme2) {
  return {
    pages: css({
      display: 'flex',
      justifyContent: 'center',
      paddingTop: theme.spacing(0.5),
      height: PAGES_HEIGHT,
    }),
  };
}
