import type { PanelProps, VizOrientation } from '@grafana/data';
import { BarGaugeSizing, type VizTextDisplayOptions } from '@grafana/schema';
import { useTheme2 } from '@grafana/ui';
import { useMemo } from 'react';
import { displayValues, type SingleValueOptions } from '../shared/display-values.js';
import { ValueRepeater } from '../shared/value-repeater.js';
import { RadialGauge, type GaugeStyle, type GaugeTextMode } from './radial-gauge.js';

interface GaugeOptions extends SingleValueOptions {
  readonly orientation: VizOrientation;
  readonly shape?: 'gauge' | 'circle';
  readonly barShape: 'flat' | 'rounded';
  readonly barWidthFactor: number;
  readonly segmentCount: number;
  readonly segmentSpacing: number;
  readonly sparkline?: boolean;
  readonly effects?: { readonly gradient?: boolean };
  readonly textMode: GaugeTextMode | 'auto';
  readonly showThresholdMarkers: boolean;
  readonly showThresholdLabels: boolean;
  readonly sizing: BarGaugeSizing;
  readonly minVizWidth: number;
  readonly minVizHeight: number;
  readonly text?: VizTextDisplayOptions;
}

/** Smallest gauge in pixels where the dashboard does not set its own; more than fit are scrolled, as in Grafana. */
const AUTO = { minVizWidth: 75, minVizHeight: 75 } as const;

/** Grafana's gauge panel: an arc a value. */
export function GaugePanel(props: PanelProps<GaugeOptions>) {
  const { data, fieldConfig, options, replaceVariables, timeZone, timeRange, width, height } = props;
  const theme = useTheme2();
  // A gauge without a shape is of Grafana before 13, which had neither sparkline nor gradient.
  const isModern = options.shape !== undefined;
  const hasSparkline = options.sparkline ?? isModern;
  const values = useMemo(
    () => displayValues(props, theme, { sparkline: hasSparkline }),
    // What `displayValues` reads of the props; the others change at every render.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
    [data.series, fieldConfig, options, replaceVariables, timeZone, theme, hasSparkline],
  );
  const style: GaugeStyle = {
    shape: options.shape ?? 'gauge',
    isRounded: options.barShape === 'rounded',
    barWidthFactor: options.barWidthFactor,
    segmentCount: options.segmentCount,
    segmentSpacing: options.segmentSpacing,
    hasGradient: options.effects?.gradient ?? isModern,
    hasMarkers: options.showThresholdMarkers,
    hasLabels: options.showThresholdLabels,
  };
  const { minVizWidth, minVizHeight } = options.sizing === BarGaugeSizing.Manual ? options : AUTO;
  return (
    <ValueRepeater
      values={values}
      width={width}
      height={height}
      renderCounter={props.renderCounter}
      orientation={options.orientation}
      itemSpacing={8}
      autoGrid
      minVizWidth={minVizWidth}
      minVizHeight={minVizHeight}
    >
      {(cell) => (
        <RadialGauge
          value={cell.value}
          width={cell.width}
          height={cell.height}
          style={style}
          textMode={
            options.textMode === 'auto' ? (cell.count > 1 ? 'value_and_name' : 'value') : options.textMode
          }
          text={options.text}
          timeRange={timeRange}
          onClick={cell.links.openMenu}
          className={cell.links.targetClassName}
        />
      )}
    </ValueRepeater>
  );
}
