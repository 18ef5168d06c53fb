/** The tooltip is about the series that is nearest to the pointer. `TooltipHoverMode.xOne`, which @grafana/ui does not export. */
export const HOVER_ONE = 0;
/** The tooltip is about all series at the pointer's time: `TooltipHoverMode.xAll`. */
export const HOVER_ALL = 1;
/** The tooltip is about what is under the pointer: `TooltipHoverMode.xyOne`. */
export const HOVER_POINT = 2;
