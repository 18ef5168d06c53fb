import { colorManipulator, type GrafanaTheme2, type TimeRange, type TimeZone } from '@grafana/data';
import {
  AxisPlacement,
  ScaleDirection,
  ScaleOrientation,
  VisibilityMode,
  type TimelineValueAlignment,
} from '@grafana/schema';
import {
  FIXED_UNIT,
  getTextColorForAlphaBackground,
  UPLOT_AXIS_FONT_SIZE,
  UPlotConfigBuilder,
} from '@grafana/ui';
import uPlot from 'uplot';
import { fitText, laneAt, lanes, type Lane } from './lanes.js';
import { spanAt, type StateRow } from './state-rows.js';

/** What the chart draws; read anew at each drawing, so that new data need no new chart. */
export interface TimelineContent {
  readonly rows: readonly StateRow[];
  readonly timeRange: TimeRange;
}

/** How the chart draws it; a change needs a new chart. */
export interface TimelineStyle {
  readonly theme: GrafanaTheme2;
  readonly timeZone: TimeZone;
  /** 0 to 1. */
  readonly rowHeight: number;
  readonly showValue: VisibilityMode;
  readonly alignValue: TimelineValueAlignment | 'center';
  /** Pixels of the names at the left; absent: as they need. */
  readonly axisWidth?: number;
  readonly isAxisHidden: boolean;
  readonly names: readonly string[];
  /** Pixels that the longest name may take; longer ones are shortened. */
  readonly maxNameWidth: number;
  readonly rowCount: number;
  /** Whether a text that has not enough room is shortened, or else left out. */
  readonly mayShorten: boolean;
}

const TEXT_PADDING = 4;
const AXIS_GAP = 16;
const NAME_MARGIN = 4;

/**
 * A chart with a strip a row, and in it the states over time. The cursor's index of a series is that of the state under it,
 * and the series nearest to the pointer is the one whose strip it is in, as tooltips need it.
 */
export function timelineChart(style: TimelineStyle, content: () => TimelineContent): UPlotConfigBuilder {
  const { theme, timeZone, rowHeight } = style;
  const builder = new UPlotConfigBuilder(timeZone);
  const lanesOf = (u: uPlot): readonly Lane[] =>
    lanes(style.rowCount, u.bbox.height / uPlot.pxRatio, rowHeight);
  const widthOf = measure(`${UPLOT_AXIS_FONT_SIZE}px ${theme.typography.fontFamily}`);
  const maxNameWidth = Math.max(
    24,
    style.axisWidth === undefined ? style.maxNameWidth : style.axisWidth - AXIS_GAP - NAME_MARGIN,
  );
  const names = style.names.map((name) => fitText(name, maxNameWidth, widthOf));
  const axisWidth = style.axisWidth ?? Math.ceil(Math.max(0, ...names.map(widthOf))) + AXIS_GAP + NAME_MARGIN;

  builder.addScale({
    scaleKey: 'x',
    isTime: true,
    orientation: ScaleOrientation.Horizontal,
    direction: ScaleDirection.Right,
    range: () => {
      const state = builder.getState();
      if (state.isPanning) return [state.min, state.max];
      const { from, to } = content().timeRange;
      return [from.valueOf(), to.valueOf()];
    },
  });
  builder.addScale({
    scaleKey: FIXED_UNIT,
    isTime: false,
    orientation: ScaleOrientation.Vertical,
    direction: ScaleDirection.Up,
    range: [0, 1],
  });
  builder.addAxis({ scaleKey: 'x', isTime: true, placement: AxisPlacement.Bottom, timeZone, theme });
  builder.addAxis({
    scaleKey: FIXED_UNIT,
    isTime: false,
    placement: AxisPlacement.Left,
    splits: (u) => lanesOf(u).map(({ top, height }) => u.posToVal(top + height / 2, FIXED_UNIT)),
    values: () => (style.isAxisHidden ? [] : names),
    grid: { show: false },
    ticks: { show: false },
    gap: style.isAxisHidden ? 0 : AXIS_GAP,
    size: style.isAxisHidden ? 0 : axisWidth,
    theme,
  });
  for (let row = 0; row < style.rowCount; row++) {
    builder.addSeries({
      scaleKey: FIXED_UNIT,
      theme,
      pathBuilder: () => null,
      pointsBuilder: () => false,
      show: true,
    });
  }
  builder.addHook('drawAxes', (u) => draw(u, content().rows, lanesOf(u), style));
  builder.setCursor({
    y: false,
    points: { show: false },
    dataIdx: (u, series, _nearest, time) => {
      const spans = content().rows[series - 1]?.spans ?? [];
      return (u.cursor.left ?? -1) < 0 ? null : (spanAt(spans, time) ?? null);
    },
    focus: {
      prox: 1_000,
      dist: (u, series) =>
        laneAt(lanesOf(u), u.cursor.top ?? -1) === series - 1 ? 0 : Number.POSITIVE_INFINITY,
    },
  });
  return builder;
}

/** What uPlot needs of the data: times and as many values a series as it may have states. The states draw themselves. */
export function timelineData(rows: readonly StateRow[], timeRange: TimeRange): uPlot.AlignedData {
  const starts = new Set<number>();
  let longest = 2;
  for (const { spans } of rows) {
    longest = Math.max(longest, spans.length);
    for (const { from } of spans) starts.add(from);
  }
  const { from, to } = timeRange;
  starts.add(from.valueOf()).add(to.valueOf());
  const times = [...starts].toSorted((a, b) => a - b);
  for (let last = times.at(-1) ?? 0; times.length < longest;) times.push((last += 1));
  const zeros = Array.from({ length: times.length }, () => 0);
  return [times, ...rows.map(() => zeros)];
}

/** Measures with the typeface of the theme; `measureText` of @grafana/ui knows one only. */
function measure(font: string): (text: string) => number {
  const pen = document.createElement('canvas').getContext('2d');
  if (pen === null) return () => 0;
  pen.font = font;
  return (text) => pen.measureText(text).width;
}

function draw(u: uPlot, rows: readonly StateRow[], all: readonly Lane[], style: TimelineStyle): void {
  const { ctx, bbox } = u;
  const ratio = uPlot.pxRatio;
  const { min = 0, max = 0 } = u.scales['x'] ?? {};
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.font = `500 ${Math.round(UPLOT_AXIS_FONT_SIZE * ratio)}px ${style.theme.typography.fontFamily}`;
  ctx.textBaseline = 'middle';
  ctx.textAlign = 'left';
  rows.forEach(({ field, spans }, index) => {
    const lane = all[index];
    if (lane === undefined) return;
    const { lineWidth = 0, fillOpacity = 70 } = (field.config.custom ?? {}) as {
      lineWidth?: number;
      fillOpacity?: number;
    };
    const top = Math.round(bbox.top + lane.top * ratio);
    const height = Math.max(1, Math.round(lane.height * ratio));
    for (const { from, to, text, color } of spans) {
      if (to < min || from > max) continue;
      const left = Math.round(u.valToPos(from, 'x', true));
      const right = Math.round(u.valToPos(to, 'x', true));
      const width = Math.max(1, right - left);
      const fill = colorManipulator.alpha(color, fillOpacity / 100);
      ctx.fillStyle = fill;
      ctx.fillRect(left, top, width, height);
      if (lineWidth > 0) {
        const line = lineWidth * ratio;
        ctx.strokeStyle = color;
        ctx.lineWidth = line;
        ctx.strokeRect(left + line / 2, top + line / 2, Math.max(0, width - line), height - line);
      }
      if (style.showValue === VisibilityMode.Never) continue;
      // The text stays in view when its state began before.
      const start = Math.max(left, bbox.left);
      const room = Math.min(right, bbox.left + bbox.width) - start - 2 * TEXT_PADDING * ratio;
      const shown = visibleText(text, room, style, (part) => ctx.measureText(part).width);
      if (shown === '' || height < 10 * ratio) continue;
      const spare = Math.max(0, room - ctx.measureText(shown).width);
      const shift = style.alignValue === 'center' ? spare / 2 : style.alignValue === 'right' ? spare : 0;
      ctx.fillStyle = getTextColorForAlphaBackground(fill, style.theme.isDark);
      ctx.fillText(shown, start + TEXT_PADDING * ratio + shift, top + height / 2);
    }
  });
  ctx.restore();
}

/** Fewer letters of a state tell nothing. */
const MIN_LETTERS = 3;

function visibleText(
  text: string,
  room: number,
  { showValue, mayShorten }: TimelineStyle,
  widthOf: (text: string) => number,
): string {
  if (showValue === VisibilityMode.Always) return text;
  // An estimate first: measuring thousands of texts that cannot fit would take longer than drawing.
  if (room < 10) return '';
  const shown = fitText(text, room, widthOf);
  return shown === text || (mayShorten && shown.length > MIN_LETTERS) ? shown : '';
}
