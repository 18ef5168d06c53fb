import { css, cx } from '@emotion/css';
import {
  colorManipulator,
  FALLBACK_COLOR,
  FieldColorModeId,
  formattedValueToString,
  getDisplayProcessor,
  ThresholdsMode,
  type FieldDisplay,
  type GrafanaTheme2,
  type TimeRange,
} from '@grafana/data';
import type { VizTextDisplayOptions } from '@grafana/schema';
import { calculateFontSize, Sparkline, useStyles2, useTheme2 } from '@grafana/ui';
import { useId, type MouseEventHandler } from 'react';
import {
  arcPath,
  fillOf,
  gaugeGeometry,
  pieces,
  pointAt,
  type GaugeGeometry,
  type GaugeShape,
} from './gauge-geometry.js';

/** Which words stand in the gauge. */
export type GaugeTextMode = 'value_and_name' | 'value' | 'name' | 'none';

/** How a gauge is drawn, as the panel's options say. */
export interface GaugeStyle {
  readonly shape: GaugeShape;
  readonly isRounded: boolean;
  readonly barWidthFactor: number;
  /** 1 is a bar in one piece. */
  readonly segmentCount: number;
  /** 0 to 1: how far segments stand apart. */
  readonly segmentSpacing: number;
  readonly hasGradient: boolean;
  readonly hasMarkers: boolean;
  readonly hasLabels: boolean;
}

/** Colours that change along the bar are drawn in so many pieces: fine enough to look smooth. */
const SHADES = 60;
const LINE_HEIGHT = 1.21;

/** A value on an arc, as Grafana 13 draws it: track, bar, thresholds around it, value and name in the middle. */
export function RadialGauge(props: {
  readonly value: FieldDisplay;
  readonly width: number;
  readonly height: number;
  readonly style: GaugeStyle;
  readonly textMode: GaugeTextMode;
  readonly text?: VizTextDisplayOptions;
  readonly timeRange: TimeRange;
  readonly onClick?: MouseEventHandler<HTMLElement>;
  readonly className?: string;
}) {
  const { value, width, height, style, onClick, className } = props;
  const styles = useStyles2(getStyles);
  const body = <GaugeDrawing {...props} />;
  const size = { width, height };
  if (onClick === undefined) {
    return (
      <div className={cx(styles.frame, className)} style={size}>
        {body}
      </div>
    );
  }
  return (
    <button
      type="button"
      className={cx(styles.frame, styles.button, className)}
      style={size}
      onClick={onClick}
      aria-label={`Links of ${value.display.title ?? style.shape}`}
    >
      {body}
    </button>
  );
}

function GaugeDrawing(props: Parameters<typeof RadialGauge>[0]) {
  const { value, width, height, style, textMode, timeRange } = props;
  const theme = useTheme2();
  const gradientId = useId();
  const { display, field } = value;
  const scale = scaleOf(value, theme);
  const geometry = gaugeGeometry({
    width,
    height,
    shape: style.shape,
    barWidthFactor: style.barWidthFactor,
    isRounded: style.isRounded && style.segmentCount <= 1,
    hasMarkers: style.hasMarkers && scale.hasThresholds,
    hasLabels: style.hasLabels,
  });
  // Without a value there is no view of the data either.
  const fill = value.view === undefined ? 0 : fillOf(display.numeric, scale.min, scale.max);
  const cap = style.isRounded && style.segmentCount <= 1 ? 'round' : 'butt';
  const color = display.color ?? FALLBACK_COLOR;
  const track = theme.colors.action.hover;
  const isShaded = style.hasGradient && field.color?.mode !== undefined && isByValue(field.color.mode);
  const bar = (from: number, to: number, stroke: string, key?: number) => (
    <path
      key={key}
      d={arcPath(geometry, geometry.radius, from, to)}
      stroke={stroke}
      strokeWidth={geometry.barWidth}
      strokeLinecap={cap}
      fill="none"
    />
  );
  const words = [display.title, formattedValueToString(display)].filter(
    (word) => word !== undefined && word !== '',
  );
  const range = Number.isFinite(display.numeric)
    ? `, between ${scale.text(scale.min)} and ${scale.text(scale.max)}`
    : '';
  return (
    <>
      <svg width={width} height={height} role="img" aria-label={`Gauge: ${words.join(': ')}${range}`}>
        {style.hasGradient && !isShaded ? (
          <defs>
            <linearGradient id={gradientId}>
              <stop offset="0" stopColor={colorManipulator.darken(color, 0.4)} />
              <stop offset="1" stopColor={color} />
            </linearGradient>
          </defs>
        ) : null}
        {style.segmentCount > 1
          ? segmentsOf(style, geometry).map(({ from, to }, index) =>
              bar(from, to, from < fill ? (isShaded ? scale.colorAt(from) : color) : track, index),
            )
          : [bar(0, 1, track, -1)]}
        {style.segmentCount > 1 || fill <= 0
          ? null
          : isShaded
            ? shadesOf(fill).map(({ from, to }, index) => bar(from, to, scale.colorAt(from), index))
            : bar(0, fill, style.hasGradient ? `url(#${gradientId})` : color)}
        {geometry.markersWidth > 0
          ? pieces(scale.cuts).map(({ from, to }) => (
              <path
                key={from}
                d={arcPath(geometry, geometry.markersRadius, from, to)}
                stroke={scale.colorAt((from + to) / 2)}
                strokeWidth={geometry.markersWidth}
                fill="none"
              />
            ))
          : null}
        {style.hasLabels
          ? [...pieces(scale.cuts).map(({ from }) => from), 1].map((cut) => (
              <ScaleLabel
                key={cut}
                cut={cut}
                text={scale.text(scale.min + cut * (scale.max - scale.min))}
                geometry={geometry}
                theme={theme}
              />
            ))
          : null}
        <GaugeText {...props} geometry={geometry} theme={theme} />
      </svg>
      {value.sparkline !== undefined &&
      style.shape === 'gauge' &&
      textMode !== 'none' &&
      geometry.radius > 50 ? (
        <SparklineUnder geometry={geometry} value={value} timeRange={timeRange} theme={theme} color={color} />
      ) : null}
    </>
  );
}

function GaugeText(
  props: Parameters<typeof RadialGauge>[0] & {
    readonly geometry: GaugeGeometry;
    readonly theme: GrafanaTheme2;
  },
) {
  const { value, textMode, text, style, geometry, theme } = props;
  const { centerX, centerY, radius, barWidth } = geometry;
  if (textMode === 'none') return null;
  const { display } = value;
  const hasValue = textMode !== 'name';
  const hasName = textMode !== 'value' && (display.title ?? '') !== '';
  const room = Math.max(1, radius * 2 - barWidth - radius / 7);
  const decay = radius ** 0.86;
  const weight = theme.typography.fontWeightRegular;
  const valueSize =
    text?.valueSize ??
    calculateFontSize(formattedValueToString(display), room, decay * 0.82, LINE_HEIGHT, undefined, weight);
  const nameSize = Math.max(
    10,
    text?.titleSize ??
      calculateFontSize(
        display.title ?? '',
        room,
        hasValue ? decay * 0.45 : radius / 4,
        LINE_HEIGHT,
        undefined,
        weight,
      ),
  );
  const valueHeight = hasValue ? valueSize * LINE_HEIGHT : 0;
  const nameHeight = hasName ? nameSize * LINE_HEIGHT : 0;
  // An arc's middle is above its centre.
  const lift =
    (style.shape === 'gauge' ? (valueHeight + nameHeight) / 4 : 0) + (value.sparkline === undefined ? 0 : 8);
  const valueY = (hasName ? centerY - nameHeight * 0.3 : centerY) - lift;
  const nameY = hasValue ? valueY + valueHeight * 0.7 : centerY - lift;
  return (
    <g textAnchor="middle" dominantBaseline="middle" aria-hidden>
      {hasValue ? (
        <text x={centerX} y={valueY} fontSize={valueSize} fill={theme.colors.text.primary}>
          <tspan fontSize={valueSize * 0.7}>{display.prefix ?? ''}</tspan>
          <tspan>{display.text}</tspan>
          <tspan fontSize={valueSize * 0.7}>{display.suffix ?? ''}</tspan>
        </text>
      ) : null}
      {hasName ? (
        <text
          x={centerX}
          y={nameY}
          fontSize={nameSize}
          fill={hasValue ? theme.colors.text.secondary : theme.colors.text.primary}
        >
          {display.title}
        </text>
      ) : null}
    </g>
  );
}

function ScaleLabel(props: {
  readonly cut: number;
  readonly text: string;
  readonly geometry: GaugeGeometry;
  readonly theme: GrafanaTheme2;
}) {
  const { cut, text, geometry, theme } = props;
  const angle = geometry.startAngle + cut * geometry.angleRange;
  const { x, y } = pointAt(geometry, geometry.labelsRadius, angle);
  return (
    <text
      x={x}
      y={y}
      fontSize={geometry.labelsFontSize}
      fill={theme.colors.text.primary}
      textAnchor={cut === 0 ? 'start' : cut === 1 ? 'end' : 'middle'}
      transform={`rotate(${angle}, ${x}, ${y})`}
      aria-hidden
    >
      {text}
    </text>
  );
}

function SparklineUnder(props: {
  readonly geometry: GaugeGeometry;
  readonly value: FieldDisplay;
  readonly timeRange: TimeRange;
  readonly theme: GrafanaTheme2;
  readonly color: string;
}) {
  const { geometry, value, timeRange, theme, color } = props;
  if (value.sparkline === undefined) return null;
  const width = Math.round(geometry.radius * 1.2);
  const height = Math.round(geometry.radius * 0.28);
  return (
    <div
      aria-hidden
      style={{
        position: 'absolute',
        left: geometry.centerX - width / 2,
        top: geometry.centerY + geometry.radius * 0.08,
      }}
    >
      <Sparkline
        width={width}
        height={height}
        sparkline={{ ...value.sparkline, timeRange }}
        theme={theme}
        config={{
          color: { mode: FieldColorModeId.Fixed, fixedColor: color },
          custom: { lineWidth: 1, fillOpacity: 10 },
        }}
      />
    </div>
  );
}

interface GaugeScale {
  readonly min: number;
  readonly max: number;
  readonly hasThresholds: boolean;
  /** The thresholds between the limits, as parts, 0 to 1, of the gauge. */
  readonly cuts: readonly number[];
  colorAt(part: number): string;
  text(value: number): string;
}

function scaleOf({ field, view, colIndex }: FieldDisplay, theme: GrafanaTheme2): GaugeScale {
  const min = field.min ?? 0;
  const max = field.max ?? 100;
  const { mode, steps = [] } = field.thresholds ?? {};
  const toPart = (value: number): number =>
    mode === ThresholdsMode.Percentage ? value / 100 : max > min ? (value - min) / (max - min) : 0;
  const source = view !== undefined && colIndex !== undefined ? view.dataFrame.fields[colIndex] : undefined;
  const process =
    source?.display ?? getDisplayProcessor({ field: { config: field, type: source?.type }, theme });
  const activeStep = (part: number) =>
    steps.findLast((step) => step.value === null || toPart(step.value) <= part);
  return {
    min,
    max,
    hasThresholds: steps.length > 0,
    cuts: steps.map((step) => toPart(step.value)).filter((cut) => cut > 0 && cut < 1),
    colorAt: (part) => {
      if (field.color?.mode?.startsWith('continuous') === true)
        return process(min + part * (max - min)).color ?? FALLBACK_COLOR;
      const step = activeStep(part);
      return step === undefined ? FALLBACK_COLOR : theme.visualization.getColorByName(step.color);
    },
    text: (value) => formattedValueToString(process(value)),
  };
}

function isByValue(mode: string): boolean {
  return mode === 'thresholds' || mode.startsWith('continuous');
}

function shadesOf(fill: number): readonly { readonly from: number; readonly to: number }[] {
  const count = Math.max(1, Math.ceil(fill * SHADES));
  // Each piece reaches a little into the next: no seams.
  return Array.from({ length: count }, (_, index) => ({
    from: (index / count) * fill,
    to: Math.min(fill, ((index + 1) / count) * fill + 0.002),
  }));
}

function segmentsOf(
  style: GaugeStyle,
  geometry: GaugeGeometry,
): readonly { readonly from: number; readonly to: number }[] {
  // A segment and its gap need some pixels to be seen.
  const length = (Math.PI * 2 * geometry.radius * geometry.angleRange) / 360;
  const count = Math.max(2, Math.min(style.segmentCount, Math.floor(length / 4)));
  const gap = (style.segmentSpacing / count) * 0.6;
  return Array.from({ length: count }, (_, index) => ({
    from: index / count,
    to: (index + 1) / count - gap,
  }));
}

function getStyles(theme: GrafanaTheme2) {
  return {
    frame: css({ position: 'relative', display: 'block' }),
    button: css({
      padding: 0,
      border: 'none',
      background: 'none',
      color: theme.colors.text.primary,
      cursor: 'context-menu',
    }),
  };
}
