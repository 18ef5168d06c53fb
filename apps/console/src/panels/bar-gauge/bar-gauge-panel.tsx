import type { DisplayProcessor, FieldDisplay, PanelProps, VizOrientation } from '@grafana/data';
import {
  BarGaugeSizing,
  BarGaugeDisplayMode,
  type BarGaugeNamePlacement,
  type BarGaugeValueMode,
  type VizTextDisplayOptions,
} from '@grafana/schema';
import { BarGauge, useTheme2 } from '@grafana/ui';
import { useMemo } from 'react';
import { displayValues, type SingleValueOptions } from '../shared/display-values.js';
import { TEXT_CONTRAST, readableValue } from '../shared/readable-color.js';
import { ValueRepeater } from '../shared/value-repeater.js';

interface BarGaugeOptions extends SingleValueOptions {
  readonly orientation: VizOrientation;
  readonly displayMode: BarGaugeDisplayMode;
  readonly valueMode: BarGaugeValueMode;
  readonly namePlacement: BarGaugeNamePlacement;
  readonly showUnfilled: boolean;
  readonly sizing: BarGaugeSizing;
  readonly minVizWidth: number;
  readonly minVizHeight: number;
  readonly maxVizHeight: number;
  readonly text?: VizTextDisplayOptions;
}

/** Sizes of a bar where the dashboard does not set its own: Grafana's, in pixels. */
const AUTO = { minVizWidth: 8, minVizHeight: 16, maxVizHeight: 300 } as const;

/** Grafana's bar gauge panel. */
export function BarGaugePanel(props: PanelProps<BarGaugeOptions>) {
  const { data, fieldConfig, options, replaceVariables, timeZone, width, height } = props;
  const theme = useTheme2();
  const values = useMemo(
    () => displayValues(props, theme),
    // What `displayValues` reads of the props; the others change at every render.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
    [data.series, fieldConfig, options, replaceVariables, timeZone, theme],
  );
  const itemSpacing = options.displayMode === BarGaugeDisplayMode.Lcd ? 2 : 10;
  const { minVizWidth, minVizHeight, maxVizHeight } =
    options.sizing === BarGaugeSizing.Manual ? options : AUTO;
  return (
    <ValueRepeater
      values={values}
      width={width}
      height={height}
      renderCounter={props.renderCounter}
      orientation={options.orientation}
      itemSpacing={itemSpacing}
      minVizWidth={minVizWidth}
      minVizHeight={minVizHeight}
      maxVizHeight={maxVizHeight}
    >
      {(cell) => (
        <BarGauge
          value={readableValue(cell.value.display, theme, TEXT_CONTRAST)}
          field={cell.value.field}
          display={processorOf(cell.value)}
          width={cell.width}
          height={cell.height}
          orientation={cell.orientation}
          displayMode={options.displayMode}
          valueDisplayMode={options.valueMode}
          namePlacement={options.namePlacement}
          showUnfilled={options.showUnfilled}
          text={options.text}
          theme={theme}
          itemSpacing={itemSpacing}
          alignmentFactors={cell.count > 1 ? cell.alignmentFactors : undefined}
          onClick={cell.links.openMenu}
          className={cell.links.targetClassName}
        />
      )}
    </ValueRepeater>
  );
}

function processorOf({ view, colIndex }: FieldDisplay): DisplayProcessor | undefined {
  return view !== undefined && colIndex !== undefined ? view.getFieldDisplayProcessor(colIndex) : undefined;
}
