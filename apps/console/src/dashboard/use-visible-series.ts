import type { DataFrame, FieldConfigSource } from '@grafana/data';
import type { PanelContext } from '@grafana/ui';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { seriesNames, toggleSeries, withVisibility, type VisibleSeries } from './visibility.js';

/** Which series of a panel are shown: all, until somebody clicks in the legend. */
export function useVisibleSeries(
  config: FieldConfigSource,
  frames: readonly DataFrame[],
): {
  readonly fieldConfig: FieldConfigSource;
  readonly toggle: NonNullable<PanelContext['onToggleSeriesVisibility']>;
} {
  const [visible, setVisible] = useState<VisibleSeries>();
  const latest = useRef(frames);
  useEffect(() => {
    latest.current = frames;
  });
  const fieldConfig = useMemo(() => withVisibility(config, visible), [config, visible]);
  const toggle = useCallback<NonNullable<PanelContext['onToggleSeriesVisibility']>>(
    (label, mode) => setVisible((last) => toggleSeries(last, label, mode, seriesNames(latest.current))),
    [],
  );
  return { fieldConfig, toggle };
}
