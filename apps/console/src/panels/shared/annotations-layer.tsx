import { css } from '@emotion/css';
import {
  colorManipulator,
  dateTimeFormat,
  type DataFrame,
  type GrafanaTheme2,
  type TimeZone,
} from '@grafana/data';
import {
  DEFAULT_ANNOTATION_COLOR,
  Tooltip,
  useStyles2,
  useTheme2,
  type UPlotConfigBuilder,
} from '@grafana/ui';
import { useLayoutEffect, useMemo, useReducer, useRef, useState } from 'react';
import { createPortal } from 'react-dom';
import type uPlot from 'uplot';
import { annotationMarks, type AnnotationMark } from './annotation-marks.js';
import { placeMarks } from './place-marks.js';

/** So many annotations have a marker that can be reached; beyond, the newest have. All are drawn as lines. */
const MAX_MARKERS = 200;

/** Annotations over a uPlot chart, as Grafana draws them: dashed lines, tinted regions, and markers under the time axis. */
export function AnnotationsLayer(props: {
  readonly config: UPlotConfigBuilder;
  readonly annotations: DataFrame[] | undefined;
  readonly timeZone: TimeZone;
}) {
  const { config, annotations, timeZone } = props;
  const theme = useTheme2();
  const styles = useStyles2(getStyles);
  const marks = useMemo(() => annotationMarks(annotations ?? []), [annotations]);
  const [plot, setPlot] = useState<uPlot>();
  const latest = useRef({ marks, theme });
  const [, moved] = useReducer((count: number) => count + 1, 0);

  useLayoutEffect(() => {
    latest.current = { marks, theme };
    plot?.redraw(false);
  }, [marks, theme, plot]);
  useLayoutEffect(() => {
    config.addHook('ready', setPlot);
    config.addHook('draw', (u) => drawMarks(u, latest.current.marks, latest.current.theme));
    // After the chart has drawn: markers follow new data, sizes and time ranges.
    config.addHook('setScale', () => queueMicrotask(moved));
    config.addHook('setSize', () => queueMicrotask(moved));
  }, [config]);

  const axis = plot?.root.querySelector('.u-axis');

  if (plot === undefined || axis === null || axis === undefined) return null;
  const places = placeMarks(
    marks.slice(-MAX_MARKERS),
    (time) => plot.valToPos(time, 'x'),
    plot.over.clientWidth,
  );
  return createPortal(
    places.map(({ key, mark, left, width }) => {
      const color = colorOf(mark, theme);
      return (
        <Tooltip
          key={key}
          content={<AnnotationCard mark={mark} timeZone={timeZone} />}
          placement="bottom"
          interactive
        >
          <button
            type="button"
            className={width === undefined ? styles.point : styles.region}
            style={
              width === undefined ? { left, borderBottomColor: color } : { left, width, background: color }
            }
            aria-label={`Annotation: ${mark.title || mark.text || 'without text'}, ${spanText(mark, timeZone)}`}
          />
        </Tooltip>
      );
    }),
    axis,
  );
}

function AnnotationCard({ mark, timeZone }: { readonly mark: AnnotationMark; readonly timeZone: TimeZone }) {
  const styles = useStyles2(getStyles);
  return (
    <div className={styles.card}>
      <div className={styles.when}>{spanText(mark, timeZone)}</div>
      {mark.title === '' ? null : <div className={styles.title}>{mark.title}</div>}
      {mark.text === '' ? null : <div className={styles.text}>{mark.text}</div>}
      {mark.tags.length === 0 ? null : (
        <div className={styles.tags}>
          {mark.tags.map((tag) => (
            <span key={tag} className={styles.tag}>
              {tag}
            </span>
          ))}
        </div>
      )}
    </div>
  );
}

function spanText(mark: AnnotationMark, timeZone: TimeZone): string {
  const from = dateTimeFormat(mark.from, { timeZone });
  return mark.to === undefined ? from : `${from} – ${dateTimeFormat(mark.to, { timeZone })}`;
}

function colorOf(mark: AnnotationMark, theme: GrafanaTheme2): string {
  return theme.visualization.getColorByName(mark.color ?? DEFAULT_ANNOTATION_COLOR);
}

function drawMarks(u: uPlot, marks: readonly AnnotationMark[], theme: GrafanaTheme2): void {
  const { ctx, bbox } = u;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.lineWidth = 2;
  ctx.setLineDash([5, 5]);
  const line = (x: number): void => {
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
  };
  for (const mark of marks) {
    const color = colorOf(mark, theme);
    const from = u.valToPos(mark.from, 'x', true);
    ctx.strokeStyle = color;
    line(from);
    if (mark.to === undefined) continue;
    const to = u.valToPos(mark.to, 'x', true);
    line(to);
    ctx.fillStyle = colorManipulator.alpha(color, 0.1);
    ctx.fillRect(from, bbox.top, to - from, bbox.height);
  }
  ctx.restore();
}

function getStyles(theme: GrafanaTheme2) {
  const marker = {
    position: 'absolute',
    top: 0,
    padding: 0,
    cursor: 'pointer',
    zIndex: 1,
    pointerEvents: 'auto',
    '&:focus-visible': { outline: `2px solid ${theme.colors.primary.main}`, outlineOffset: 1 },
  } as const;
  return {
    point: css({
      ...marker,
      width: 0,
      height: 0,
      background: 'none',
      border: 'solid transparent',
      borderWidth: '0 5px 6px',
      transform: 'translateX(-50%)',
      '&::after': { content: '""', position: 'absolute', inset: '-4px -9px -10px' },
    }),
    region: css({
      ...marker,
      height: 5,
      border: 'none',
      '&::after': { content: '""', position: 'absolute', inset: '-4px 0 -8px' },
    }),
    card: css({ maxWidth: 320, overflowWrap: 'anywhere' }),
    when: css({ color: theme.colors.text.secondary, fontSize: theme.typography.bodySmall.fontSize }),
    title: css({ fontWeight: theme.typography.fontWeightMedium, marginTop: theme.spacing(0.5) }),
    text: css({ marginTop: theme.spacing(0.5), whiteSpace: 'pre-line' }),
    tags: css({ display: 'flex', flexWrap: 'wrap', gap: theme.spacing(0.5), marginTop: theme.spacing(0.75) }),
    tag: css({
      padding: theme.spacing(0, 0.75),
      borderRadius: theme.shape.radius.default,
      background: theme.colors.secondary.main,
      color: theme.colors.secondary.contrastText,
      fontSize: theme.typography.bodySmall.fontSize,
    }),
  };
}
