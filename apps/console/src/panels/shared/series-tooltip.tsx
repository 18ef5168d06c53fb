import { FieldType, type DataFrame, type Field, type LinkModel } from '@grafana/data';
import type { SortOrder, TooltipDisplayMode } from '@grafana/schema';
import {
  getFieldDisplayItems,
  isTooltipScrollable,
  VizTooltipContent,
  VizTooltipFooter,
  VizTooltipHeader,
  VizTooltipWrapper,
} from '@grafana/ui';
import { useHoldWhile } from './use-held.js';
import { valueText } from './value-text.js';

/** What a chart's tooltip shows: the time, each series' value there, and, once it is pinned, the data links. */
export function SeriesTooltip(props: {
  /** Time first, aligned. */
  readonly frame: DataFrame;
  readonly dataIdxs: (number | null)[];
  readonly seriesIdx: number | null;
  readonly mode: TooltipDisplayMode;
  readonly sort: SortOrder;
  readonly hideZeros: boolean;
  readonly maxHeight: number | undefined;
  readonly isPinned: boolean;
  /** Told that the chart must not change under a pinned tooltip. */
  readonly hold: (isHeld: boolean) => void;
  readonly dataLinks: LinkModel[];
}) {
  const { frame, dataIdxs, seriesIdx, mode, sort, hideZeros, maxHeight, isPinned, dataLinks } = props;
  useHoldWhile(isPinned, props.hold);
  const timeField = frame.fields[0];
  if (timeField === undefined) return null;
  const items = getFieldDisplayItems(
    frame.fields,
    timeField,
    dataIdxs,
    seriesIdx,
    mode,
    sort,
    (field) => field.type === FieldType.number || field.type === FieldType.enum,
    hideZeros,
  );
  const hasFooter = dataLinks.length > 0 && (isPinned || dataLinks.some((link) => link.oneClick === true));
  return (
    <VizTooltipWrapper>
      <VizTooltipHeader
        item={{ label: '', value: timeText(timeField, dataIdxs[0] ?? null) }}
        isPinned={isPinned}
      />
      <VizTooltipContent
        items={items}
        isPinned={isPinned}
        scrollable={isTooltipScrollable({ mode, maxHeight })}
        maxHeight={maxHeight}
      />
      {hasFooter ? <VizTooltipFooter dataLinks={dataLinks as LinkModel<Field>[]} /> : null}
    </VizTooltipWrapper>
  );
}

function timeText(field: Field, row: number | null): string {
  const value: unknown = row === null ? null : field.values[row];
  if (value === null || value === undefined) return '';
  return valueText(field, value);
}
