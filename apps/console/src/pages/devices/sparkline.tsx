import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import { useMemo } from 'react';
import { sparkPath, type SparkPoint } from './sparkline-path.js';
import { useNow } from './use-now.js';

const HOUR_MS = 60 * 60 * 1000;
const MINUTE_MS = 60 * 1000;
const WIDTH = 120;
const HEIGHT = 28;

/** The last hour of a metric. It stands beside the value, which is what a screen reader reads. */
export function Sparkline({ points }: { readonly points: readonly SparkPoint[] }) {
  const styles = useStyles2(getStyles);
  // It moves on with the minutes, not with the seconds, and has room for the minute that is running.
  const toMs = Math.ceil(useNow() / MINUTE_MS) * MINUTE_MS;
  const { line, area } = useMemo(
    () => sparkPath(points, { fromMs: toMs - HOUR_MS, toMs, width: WIDTH, height: HEIGHT }),
    [points, toMs],
  );
  return (
    <svg
      className={styles.svg}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      {line === '' ? (
        <line className={styles.none} x1={0} x2={WIDTH} y1={HEIGHT - 2} y2={HEIGHT - 2} />
      ) : (
        <>
          <path className={styles.area} d={area} />
          <path className={styles.line} d={line} />
        </>
      )}
    </svg>
  );
}

function getStyles(theme: GrafanaTheme2) {
  const colour = theme.visualization.getColorByName('blue');
  return {
    svg: css({ display: 'block', width: '100%', height: HEIGHT }),
    line: css({ fill: 'none', stroke: colour, strokeWidth: 1.5, vectorEffect: 'non-scaling-stroke' }),
    area: css({ fill: colour, fillOpacity: 0.12 }),
    none: css({
      stroke: theme.colors.border.medium,
      strokeDasharray: '2 4',
      vectorEffect: 'non-scaling-stroke',
    }),
  };
}
