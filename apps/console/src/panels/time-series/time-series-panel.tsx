import { DashboardCursorSync, type PanelProps } from '@grafana/data';
import {
  SortOrder,
  TooltipDisplayMode,
  type OptionsWithTooltip,
  type VizLegendOptions,
} from '@grafana/schema';
import {
  KeyboardPlugin,
  TimeSeries,
  TooltipPlugin2,
  usePanelContext,
  useTheme2,
  XAxisInteractionAreaPlugin,
} from '@grafana/ui';
import { useMemo, useState } from 'react';
import { AnnotationsLayer } from '../shared/annotations-layer.js';
import { CanvasLabel } from '../shared/canvas-label.js';
import { describeSeries } from '../shared/describe-series.js';
import { InAppLinks } from '../shared/in-app-links.js';
import { legendFor } from '../shared/legend-for.js';
import { LegendNames } from '../shared/legend-names.js';
import { NoData } from '../shared/no-data.js';
import { SeriesTooltip } from '../shared/series-tooltip.js';
import { HOVER_ALL, HOVER_ONE } from '../shared/tooltip-hover.js';
import { useHeld } from '../shared/use-held.js';
import { useStructureRev } from '../shared/use-structure-rev.js';
import { graphableFrames } from './graphable-frames.js';

interface TimeSeriesOptions extends OptionsWithTooltip {
  readonly legend: VizLegendOptions;
  /** Time zones of the time axes, from the bottom; empty: the dashboard's. */
  readonly timezone?: string[];
}

/** Grafana's time series panel: chart, legend, tooltip, zoom by dragging, shared crosshair, annotations. */
export function TimeSeriesPanel(props: PanelProps<TimeSeriesOptions>) {
  const { timeZone, width, height, options, fieldConfig, onChangeTimeRange } = props;
  const [isPinned, hold] = useState(false);
  const data = useHeld(props.data, isPinned);
  const timeRange = useHeld(props.timeRange, isPinned);
  const theme = useTheme2();
  const { sync, eventsScope } = usePanelContext();
  const frames = useMemo(
    () => graphableFrames(data.series, theme, timeRange, timeZone),
    [data.series, theme, timeRange, timeZone],
  );
  const structureRev = useStructureRev(frames);
  const zoneList = (options.timezone ?? []).join('\n');
  const timeZones = useMemo(
    () =>
      zoneList === '' ? [timeZone] : zoneList.split('\n').map((zone) => (zone === '' ? timeZone : zone)),
    [zoneList, timeZone],
  );
  const legend = useMemo(() => legendFor(options.legend, width), [options.legend, width]);
  const label = useMemo(
    () => describeSeries(`${props.title || 'Chart'}: chart over time`, frames ?? []),
    [props.title, frames],
  );
  if (frames === undefined) return <NoData fieldConfig={fieldConfig} width={width} height={height} />;
  const cursorSync = sync?.() ?? DashboardCursorSync.Off;
  const { mode, sort, hideZeros, maxWidth, maxHeight } = options.tooltip;
  return (
    <InAppLinks>
      <LegendNames>
        <TimeSeries
          frames={frames}
          structureRev={structureRev}
          timeRange={timeRange}
          timeZone={timeZones}
          width={width}
          height={height}
          legend={legend}
          options={options}
        >
          {(config, aligned) => (
            <>
              <KeyboardPlugin config={config} />
              <XAxisInteractionAreaPlugin config={config} queryZoom={onChangeTimeRange} />
              <CanvasLabel config={config} text={label} />
              {mode === TooltipDisplayMode.None ? null : (
                <TooltipPlugin2
                  config={config}
                  hoverMode={mode === TooltipDisplayMode.Multi ? HOVER_ALL : HOVER_ONE}
                  queryZoom={onChangeTimeRange}
                  clientZoom
                  syncMode={cursorSync}
                  syncScope={eventsScope}
                  maxWidth={maxWidth}
                  getDataLinks={(series, row) =>
                    aligned.fields[series]?.getLinks?.({ valueRowIndex: row }) ?? []
                  }
                  render={(_plot, dataIdxs, seriesIdx, pinned, _dismiss, _range, viaSync, dataLinks) => (
                    <SeriesTooltip
                      frame={aligned}
                      dataIdxs={dataIdxs}
                      seriesIdx={seriesIdx}
                      mode={viaSync ? TooltipDisplayMode.Multi : mode}
                      sort={sort ?? SortOrder.None}
                      hideZeros={hideZeros ?? false}
                      maxHeight={maxHeight}
                      isPinned={pinned}
                      hold={hold}
                      dataLinks={dataLinks}
                    />
                  )}
                />
              )}
              <AnnotationsLayer config={config} annotations={data.annotations} timeZone={timeZone} />
            </>
          )}
        </TimeSeries>
      </LegendNames>
    </InAppLinks>
  );
}
