import { css, cx } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2, useTheme2 } from '@grafana/ui';
import { useRef, type PointerEvent } from 'react';
import type { LimitLine } from './limits.js';
import { severityColor } from './severity-look.js';
import { afterKey, inSteps, placeOf, stepOf, valueAt, type ValueRange } from './value-axis.js';

/**
 * A limit as a line over a chart. With `onMove` it is dragged by mouse and touch, and by keys: arrows (with Shift: a tenth),
 * page up and down, home, end.
 */
export function LimitHandle(props: {
  readonly line: LimitLine;
  readonly range: ValueRange;
  /** Of the plot, in pixels. */
  readonly height: number;
  readonly unit: string;
  readonly onMove?: (value: number) => void;
  /** Whether a pointer holds it: the axis should stay as it is meanwhile. */
  readonly onHold?: (isHeld: boolean) => void;
}) {
  const { line, range, height, unit, onMove, onHold } = props;
  const styles = useStyles2(getStyles);
  const color = severityColor(line.severity, useTheme2());
  // Where in the handle it was taken hold of, so that it does not jump.
  const heldAt = useRef<number>(undefined);
  const top = placeOf(line.value, range) * height;
  const text = `${line.value}${unit === '' ? '' : ` ${unit}`}`;
  const mark = (
    <>
      <span className={cx(styles.line, { [styles.dashed]: line.isClear })} style={{ borderColor: color }} />
      <span
        className={cx(styles.tag, line.isClear ? styles.left : styles.right)}
        style={{ borderColor: color }}
      >
        {line.label} {text}
      </span>
    </>
  );
  if (onMove === undefined) {
    return (
      <div className={cx(styles.handle, styles.still)} style={{ top }}>
        {mark}
      </div>
    );
  }
  const plotTopOf = (event: PointerEvent<HTMLElement>): number =>
    event.currentTarget.parentElement?.getBoundingClientRect().top ?? 0;
  const release = (): void => {
    if (heldAt.current === undefined) return;
    heldAt.current = undefined;
    onHold?.(false);
  };
  return (
    <div
      role="slider"
      tabIndex={0}
      aria-orientation="vertical"
      aria-label={line.level === 0 ? line.label : `${line.label}, level ${line.level + 1}`}
      aria-valuemin={range.min}
      aria-valuemax={range.max}
      aria-valuenow={line.value}
      aria-valuetext={text}
      className={cx(styles.handle, styles.movable)}
      style={{ top }}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        heldAt.current = event.clientY - plotTopOf(event) - top;
        onHold?.(true);
      }}
      onPointerMove={(event) => {
        if (heldAt.current === undefined) return;
        const y = event.clientY - plotTopOf(event) - heldAt.current;
        const place = Math.min(Math.max(y / height, 0), 1);
        const value = inSteps(valueAt(place, range), stepOf(range));
        if (value !== line.value) onMove(value);
      }}
      onPointerUp={release}
      onPointerCancel={release}
      onKeyDown={(event) => {
        const value = afterKey(event.key, { value: line.value, range, isFine: event.shiftKey });
        if (value === undefined) return;
        event.preventDefault();
        onMove(value);
      }}
    >
      {mark}
    </div>
  );
}

/** Half the height at which a pointer takes hold of a line, in pixels. */
const REACH = 12;

function getStyles(theme: GrafanaTheme2) {
  return {
    handle: css({ position: 'absolute', insetInline: 0, height: 2 * REACH, marginTop: -REACH }),
    still: css({ pointerEvents: 'none' }),
    movable: css({
      cursor: 'ns-resize',
      touchAction: 'none',
      '&:hover, &:focus-visible': { zIndex: 2 },
      '&:focus-visible': { outline: `2px solid ${theme.colors.primary.main}`, outlineOffset: -4 },
    }),
    line: css({
      position: 'absolute',
      insetInline: 0,
      top: REACH - 1,
      borderTop: '2px solid',
      pointerEvents: 'none',
    }),
    dashed: css({ borderTopStyle: 'dashed', borderTopWidth: 1 }),
    tag: css({
      position: 'absolute',
      top: REACH - 10,
      padding: '0 6px',
      fontSize: theme.typography.bodySmall.fontSize,
      lineHeight: '18px',
      whiteSpace: 'nowrap',
      color: theme.colors.text.primary,
      background: theme.colors.background.elevated,
      border: '1px solid',
      borderRadius: theme.shape.radius.default,
    }),
    right: css({ right: 4 }),
    left: css({ left: 4 }),
  };
}
