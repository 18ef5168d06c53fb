import type { UPlotConfigBuilder } from '@grafana/ui';
import { useEffect, useLayoutEffect, useRef } from 'react';
import type uPlot from 'uplot';

/** Tells in words what a chart shows, on its canvas, and that the keyboard moves its cursor. */
export function CanvasLabel({
  config,
  text,
}: {
  readonly config: UPlotConfigBuilder;
  readonly text: string;
}) {
  const plot = useRef<uPlot>(undefined);
  const latest = useRef(text);
  useLayoutEffect(() => {
    latest.current = text;
  });
  useLayoutEffect(() => {
    config.addHook('ready', (u) => {
      plot.current = u;
      u.root.setAttribute('role', 'group');
      u.root.setAttribute(
        'aria-label',
        'Chart. The arrow keys move the cursor; Space with the arrow keys selects a time range.',
      );
      u.ctx.canvas.setAttribute('role', 'img');
      u.ctx.canvas.setAttribute('aria-label', latest.current);
    });
  }, [config]);
  useEffect(() => plot.current?.ctx.canvas.setAttribute('aria-label', text), [text]);
  return null;
}
