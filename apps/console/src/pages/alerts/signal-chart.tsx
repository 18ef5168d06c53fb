import { css } from '@emotion/css';
import { dateTimeFormat, type GrafanaTheme2 } from '@grafana/data';
import { useStyles2, useTheme2 } from '@grafana/ui';
import { useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import uPlot from 'uplot';
import type { FiringSpan } from './back-test-view.js';
import type { Signal } from './compared-signal.js';
import { LimitHandle } from './limit-handle.js';
import type { LimitLine, LimitPlace } from './limits.js';
import { severityColor } from './severity-look.js';
import { useWidth } from './use-width.js';
import { placeOf, valueRangeOf, type ValueRange } from './value-axis.js';

const DAY_S = 24 * 60 * 60;
/** Of the value axis, in pixels. */
const AXIS_WIDTH = 64;

interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface SignalChartProps {
  readonly signal: Signal | undefined;
  /** What is drawn, in words: for the tooltip and for screen readers. */
  readonly name: string;
  readonly unit?: string;
  /** What the time axis shows, epoch milliseconds. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly lines: readonly LimitLine[];
  /** A limit was moved on the chart. Not given: they are only shown. */
  readonly onMove?: (place: LimitPlace, value: number) => void;
  /** When an alert is open, was, or would have been. */
  readonly spans: readonly FiringSpan[];
  readonly height: number;
  /** Over the plot, in its middle: that there is nothing, or that it is loading. */
  readonly notice?: ReactNode;
}

/** A signal over time with the limits of a rule, which can be dragged, the band of their hysteresis, and when alerts are open. */
export function SignalChart(props: SignalChartProps) {
  const { signal, name, unit = '', fromMs, toMs, lines, onMove, spans, height, notice } = props;
  const styles = useStyles2(getStyles);
  const theme = useTheme2();
  const { ref: widthRef, width } = useWidth();
  const plotElement = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const [box, setBox] = useState<Box>();
  const [hovered, setHovered] = useState<number>();
  const [held, setHeld] = useState<ValueRange>();

  const isText = signal?.texts !== undefined;
  const limits = isText ? NO_LINES : lines;
  const fitting = useMemo(
    () =>
      valueRangeOf(
        signal,
        limits.map(({ value }) => value),
      ),
    [signal, limits],
  );
  const range = held ?? fitting;
  const rangeRef = useRef(range);

  useEffect(() => {
    rangeRef.current = { min: range.min, max: range.max };
    plot.current?.setScale('y', rangeRef.current);
  }, [range.min, range.max]);

  useEffect(() => {
    const element = plotElement.current;
    if (element === null || width === 0) return undefined;
    const options = optionsOf({ signal, theme, width, height, fromMs, toMs, range: () => rangeRef.current });
    const made = new uPlot(
      {
        ...options,
        hooks: {
          ready: [(u) => setBox(boxOf(u))],
          setCursor: [(u) => setHovered(u.cursor.idx ?? undefined)],
        },
      },
      dataOf(signal),
      element,
    );
    plot.current = made;
    return () => {
      plot.current = undefined;
      made.destroy();
    };
  }, [signal, theme, width, height, fromMs, toMs]);

  const unitText = unit === '' ? '' : ` ${unit}`;
  const xOf = (timeMs: number): number =>
    Math.min(Math.max((timeMs - fromMs) / (toMs - fromMs), 0), 1) * (box?.width ?? 0);
  return (
    <div ref={widthRef} className={styles.chart} style={{ height }}>
      <div ref={plotElement} role="img" aria-label={describe(name, signal, unitText, spans.length)} />
      {box === undefined ? null : (
        <div className={styles.overlay} style={box}>
          {spans.map(({ fromMs: start, toMs: end, severity }) => {
            const left = xOf(start);
            return (
              <div
                key={`${start} ${severity}`}
                className={styles.span}
                style={{
                  left,
                  width: Math.max(xOf(end) - left, 2),
                  borderColor: severityColor(severity, theme),
                  background: theme.colors.emphasize(severityColor(severity, theme), 0),
                }}
              />
            );
          })}
          {bandsOf(limits).map(({ key, from, to, severity }) => {
            const top = placeOf(Math.max(from, to), range) * box.height;
            const bottom = placeOf(Math.min(from, to), range) * box.height;
            const background = severityColor(severity, theme);
            return (
              <div key={key} className={styles.band} style={{ top, height: bottom - top, background }} />
            );
          })}
          {limits.map((line) => (
            <LimitHandle
              key={`${line.level} ${line.field}`}
              line={line}
              range={range}
              height={box.height}
              unit={unit}
              onMove={onMove === undefined ? undefined : (value) => onMove(line, value)}
              onHold={(isHeld) => setHeld(isHeld ? range : undefined)}
            />
          ))}
          {hovered === undefined || signal === undefined || held !== undefined ? null : (
            <Tooltip index={hovered} signal={signal} xOf={xOf} width={box.width} unitText={unitText} />
          )}
        </div>
      )}
      {notice === undefined ? null : <div className={styles.notice}>{notice}</div>}
    </div>
  );
}

const NO_LINES: readonly LimitLine[] = [];

function Tooltip(props: {
  readonly index: number;
  readonly signal: Signal;
  readonly xOf: (timeMs: number) => number;
  readonly width: number;
  readonly unitText: string;
}) {
  const { index, signal, xOf, width, unitText } = props;
  const styles = useStyles2(getStyles);
  const timeMs = signal.times[index];
  const value = signal.values[index];
  if (timeMs === undefined || value === undefined || value === null) return null;
  const left = xOf(timeMs);
  const place = left > width / 2 ? { right: width - left + 12 } : { left: left + 12 };
  const least = signal.range?.min[index];
  const greatest = signal.range?.max[index];
  return (
    <div className={styles.tooltip} style={place}>
      <div>{dateTimeFormat(timeMs)}</div>
      <strong>{signal.texts === undefined ? `${short(value)}${unitText}` : signal.texts[value]}</strong>
      {least === undefined || greatest === undefined ? null : (
        <div>
          {short(least)} to {short(greatest)}
        </div>
      )}
    </div>
  );
}

function short(value: number): string {
  return String(Number(value.toPrecision(6)));
}

function describe(name: string, signal: Signal | undefined, unitText: string, spanCount: number): string {
  if (signal === undefined || signal.times.length === 0) return `${name}: no values`;
  const open = spanCount === 0 ? '' : `; ${spanCount} times an alert is open`;
  if (signal.texts !== undefined) return `${name}: ${signal.texts.join(', ')}${open}`;
  const numbers = signal.values.filter((value) => value !== null);
  const least = numbers.reduce((min, value) => Math.min(min, value), Infinity);
  const greatest = numbers.reduce((max, value) => Math.max(max, value), -Infinity);
  return `${name}: from ${short(least)} to ${short(greatest)}${unitText}${open}`;
}

/** Between each limit and the one that clears it. */
function bandsOf(lines: readonly LimitLine[]) {
  return lines.flatMap(({ level, field, value, severity }) => {
    const clear = `clear${field.charAt(0).toUpperCase()}${field.slice(1)}`;
    const other = lines.find((line) => line.level === level && line.field === clear);
    return other === undefined ? [] : [{ key: `${level} ${field}`, from: value, to: other.value, severity }];
  });
}

function boxOf({ bbox }: uPlot): Box {
  const ratio = uPlot.pxRatio;
  return {
    left: bbox.left / ratio,
    top: bbox.top / ratio,
    width: bbox.width / ratio,
    height: bbox.height / ratio,
  };
}

function dataOf(signal: Signal | undefined): uPlot.AlignedData {
  if (signal === undefined) return [[], []];
  const seconds = signal.times.map((timeMs) => timeMs / 1_000);
  if (signal.range === undefined) return [seconds, [...signal.values]];
  return [seconds, [...signal.values], [...signal.range.max], [...signal.range.min]];
}

function optionsOf(of: {
  readonly signal: Signal | undefined;
  readonly theme: GrafanaTheme2;
  readonly width: number;
  readonly height: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly range: () => ValueRange;
}): uPlot.Options {
  const { signal, theme, width, height, fromMs, toMs, range } = of;
  const color = theme.visualization.getColorByName('blue');
  const texts = signal?.texts;
  const axis = {
    stroke: theme.colors.text.secondary,
    grid: { stroke: theme.colors.border.weak, width: 1 },
    ticks: { stroke: theme.colors.border.weak, width: 1, size: 4 },
    font: `12px ${theme.typography.fontFamily}`,
  };
  const isLong = (toMs - fromMs) / 1_000 > 2 * DAY_S;
  const format = isLong ? 'MM-DD HH:mm' : 'HH:mm';
  const edge = { stroke: 'transparent', points: { show: false } };
  return {
    width,
    height,
    legend: { show: false },
    padding: [8, 8, 0, 0],
    cursor: { y: false, drag: { x: false, y: false, setScale: false }, points: { size: 6 } },
    scales: {
      x: { time: true, range: () => [fromMs / 1_000, toMs / 1_000] },
      y: {
        range: () => {
          const { min, max } = range();
          return [min, max];
        },
      },
    },
    axes: [
      {
        ...axis,
        size: 28,
        space: isLong ? 100 : 60,
        values: (_, splits) => splits.map((second) => dateTimeFormat(second * 1_000, { format })),
      },
      {
        ...axis,
        size: AXIS_WIDTH,
        ...(texts === undefined
          ? {}
          : {
              splits: () => texts.map((_, index) => index),
              values: (_: uPlot, splits: number[]) => splits.map((index) => texts[index] ?? ''),
            }),
      },
    ],
    series: [
      {},
      {
        stroke: color,
        width: 1.5,
        points: { show: false },
        ...(texts === undefined ? {} : { paths: uPlot.paths.stepped?.({ align: 1 }) }),
      },
      ...(signal?.range === undefined ? [] : [edge, edge]),
    ],
    ...(signal?.range === undefined
      ? {}
      : {
          bands: [
            { series: [2, 3] as [number, number], fill: `${theme.visualization.getColorByName('blue')}33` },
          ],
        }),
  };
}

function getStyles(theme: GrafanaTheme2) {
  return {
    chart: css({
      position: 'relative',
      overflow: 'hidden',
      '.uplot, .uplot *': { boxSizing: 'border-box' },
      '.u-wrap': { position: 'relative', userSelect: 'none' },
      '.u-over, .u-under': { position: 'absolute' },
      '.uplot canvas': { display: 'block', position: 'relative', width: '100%', height: '100%' },
      '.u-cursor-x': {
        position: 'absolute',
        left: 0,
        top: 0,
        height: '100%',
        borderRight: `1px dashed ${theme.colors.text.secondary}`,
        pointerEvents: 'none',
      },
      '.u-cursor-pt': { position: 'absolute', left: 0, top: 0, borderRadius: '50%', pointerEvents: 'none' },
      '.u-hz .u-cursor-x.u-off, .u-off': { display: 'none' },
    }),
    overlay: css({
      position: 'absolute',
      pointerEvents: 'none',
      '[role="slider"]': { pointerEvents: 'auto' },
    }),
    span: css({ position: 'absolute', top: 0, bottom: 0, borderTop: '4px solid', opacity: 0.35 }),
    band: css({ position: 'absolute', insetInline: 0, opacity: 0.12 }),
    tooltip: css({
      position: 'absolute',
      top: 8,
      zIndex: 3,
      padding: theme.spacing(0.5, 1),
      fontSize: theme.typography.bodySmall.fontSize,
      background: theme.colors.background.elevated,
      border: `1px solid ${theme.colors.border.medium}`,
      borderRadius: theme.shape.radius.default,
      boxShadow: theme.shadows.z2,
      whiteSpace: 'nowrap',
    }),
    notice: css({
      position: 'absolute',
      inset: 0,
      display: 'flex',
      alignItems: 'center',
      justifyContent: 'center',
      textAlign: 'center',
      padding: theme.spacing(0, 8),
      color: theme.colors.text.secondary,
      pointerEvents: 'none',
    }),
  };
}
