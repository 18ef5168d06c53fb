import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Icon, useStyles2, useTheme2 } from '@grafana/ui';
import { useState } from 'react';
import { useDashboard } from './dashboard-context.js';
import { GAP_PX, rectangles, type PlacedSection } from './layout.js';
import { PanelView } from './panel-view.js';
import { useSize } from './use-size.js';

/** All panels in Grafana's grid; one below the other where the screen is narrow. */
export function Grid({ sections }: { readonly sections: readonly PlacedSection[] }) {
  const styles = useStyles2(getStyles);
  const theme = useTheme2();
  const [ref, size] = useSize();
  const width = size?.width ?? 0;
  const isNarrow = width < theme.breakpoints.values.md - 2 * GAP_PX;
  return (
    <div ref={ref} className={styles.grid}>
      {width === 0
        ? null
        : sections.map((section) => (
            <Section key={section.key} section={section} width={width} isNarrow={isNarrow} />
          ))}
    </div>
  );
}

function Section({
  section,
  width,
  isNarrow,
}: {
  readonly section: PlacedSection;
  readonly width: number;
  readonly isNarrow: boolean;
}) {
  const styles = useStyles2(getStyles);
  const { interpolate } = useDashboard();
  const { row, panels, scoped } = section;
  const [isCollapsed, setCollapsed] = useState(row?.isCollapsed ?? false);
  const drawn = rectangles(panels, width, isNarrow);
  const id = `row-${section.key}`;
  const body =
    panels.length === 0 || isCollapsed ? null : (
      <div id={id} className={styles.panels} style={{ height: drawn.height }}>
        {panels.map((placed, index) => {
          const rectangle = drawn.rectangles[index];
          return rectangle === undefined ? null : (
            <PanelView key={placed.key} placed={placed} rectangle={rectangle} isViewed={false} />
          );
        })}
      </div>
    );
  if (row === undefined) return body;
  return (
    <section>
      <h2 className={styles.row}>
        <button
          type="button"
          className={styles.toggle}
          aria-expanded={!isCollapsed}
          {...(body === null ? {} : { 'aria-controls': id })}
          onClick={() => setCollapsed(!isCollapsed)}
        >
          <Icon name={isCollapsed ? 'angle-right' : 'angle-down'} />
          {interpolate(row.title, scoped) || 'Row'}
          {isCollapsed ? (
            <span className={styles.count}>
              ({panels.length} {panels.length === 1 ? 'panel' : 'panels'})
            </span>
          ) : null}
        </button>
      </h2>
      {body}
    </section>
  );
}

function getStyles(theme: GrafanaTheme2) {
  return {
    grid: css({ minWidth: 0, overflowX: 'clip' }),
    panels: css({ position: 'relative', marginBottom: GAP_PX }),
    row: css({ margin: 0, height: 30, marginBottom: GAP_PX, fontSize: 'inherit' }),
    toggle: css({
      display: 'flex',
      alignItems: 'center',
      gap: theme.spacing(0.5),
      width: '100%',
      height: '100%',
      padding: 0,
      border: 'none',
      background: 'none',
      color: theme.colors.text.primary,
      fontSize: theme.typography.h5.fontSize,
      fontWeight: theme.typography.fontWeightMedium,
    }),
    count: css({ color: theme.colors.text.secondary, fontSize: theme.typography.bodySmall.fontSize }),
  };
}
