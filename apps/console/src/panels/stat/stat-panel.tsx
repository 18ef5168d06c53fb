import {
  ReducerID,
  type FieldSparkline,
  type PanelProps,
  type TimeRange,
  type VizOrientation,
} from '@grafana/data';
import type { PercentChangeColorMode, VizTextDisplayOptions } from '@grafana/schema';
import {
  BigValue,
  BigValueColorMode,
  BigValueGraphMode,
  BigValueTextMode,
  useTheme2,
  type BigValueJustifyMode,
} from '@grafana/ui';
import { useMemo } from 'react';
import { displayValues, type SingleValueOptions } from '../shared/display-values.js';
import { readableValue, TEXT_CONTRAST } from '../shared/readable-color.js';
import { ValueRepeater } from '../shared/value-repeater.js';

interface StatOptions extends SingleValueOptions {
  readonly orientation: VizOrientation;
  readonly textMode: BigValueTextMode;
  readonly wideLayout: boolean;
  readonly colorMode: BigValueColorMode;
  readonly graphMode: BigValueGraphMode;
  readonly justifyMode: BigValueJustifyMode;
  readonly showPercentChange: boolean;
  readonly percentChangeColorMode: PercentChangeColorMode;
  readonly text?: VizTextDisplayOptions;
}

/** Grafana's stat panel: a large value a series, with its recent course behind it. */
export function StatPanel(props: PanelProps<StatOptions>) {
  const { data, fieldConfig, options, replaceVariables, timeRange, timeZone, width, height, title } = props;
  const theme = useTheme2();
  const values = useMemo(
    () =>
      displayValues(props, theme, {
        sparkline: options.graphMode !== BigValueGraphMode.None,
        percentChange: options.showPercentChange,
      }),
    // What `displayValues` reads of the props; the others change at every render.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
    [data.series, fieldConfig, options, replaceVariables, timeZone, theme],
  );
  // Without a panel title nothing else would tell what the value is.
  const isNamed = Boolean(fieldConfig.defaults.displayName) || !title;
  const textMode =
    options.textMode === BigValueTextMode.Auto && isNamed ? BigValueTextMode.ValueAndName : options.textMode;
  const isOnPanel =
    options.colorMode === BigValueColorMode.Value || options.colorMode === BigValueColorMode.None;
  return (
    <ValueRepeater
      values={values}
      width={width}
      height={height}
      renderCounter={props.renderCounter}
      orientation={options.orientation}
      itemSpacing={3}
      autoGrid
    >
      {(cell) => (
        <BigValue
          value={isOnPanel ? readableValue(cell.value.display, theme, TEXT_CONTRAST) : cell.value.display}
          sparkline={sparklineFor(cell.value.sparkline, timeRange, options)}
          count={cell.count}
          colorMode={options.colorMode}
          graphMode={options.graphMode}
          justifyMode={options.justifyMode}
          textMode={textMode}
          alignmentFactors={cell.alignmentFactors}
          text={options.text}
          width={cell.width}
          height={cell.height}
          theme={theme}
          onClick={cell.links.openMenu}
          className={cell.links.targetClassName}
          hasLinks={cell.value.hasLinks ?? false}
          disableWideLayout={!options.wideLayout}
          percentChangeColorMode={options.percentChangeColorMode}
        />
      )}
    </ValueRepeater>
  );
}

function sparklineFor(
  sparkline: FieldSparkline | undefined,
  timeRange: TimeRange,
  { reduceOptions }: StatOptions,
): FieldSparkline | undefined {
  if (sparkline === undefined) return undefined;
  const isLast = reduceOptions.calcs[0] === ReducerID.last;
  return { ...sparkline, timeRange, ...(isLast ? { highlightIndex: sparkline.y.values.length - 1 } : {}) };
}
