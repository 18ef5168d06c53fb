import type { VizLegendOptions } from '@grafana/schema';

/** A legend beside the chart would leave no chart in a panel narrower than this, in pixels. */
const MIN_WIDTH_FOR_RIGHT = 480;

/** The legend as asked for; under the chart where the panel is too narrow for it to be beside. */
export function legendFor(legend: VizLegendOptions, width: number): VizLegendOptions {
  return legend.placement === 'right' && width < MIN_WIDTH_FOR_RIGHT
    ? { ...legend, placement: 'bottom' }
    : legend;
}
