import {
  getDisplayValueAlignmentFactors,
  type DisplayValueAlignmentFactors,
  type FieldDisplay,
  type VizOrientation,
} from '@grafana/data';
import {
  DataLinksContextMenu,
  VizRepeater,
  type DataLinksContextMenuProps,
  type VizRepeaterRenderValueProps,
} from '@grafana/ui';
import type { JSX } from 'react';
import { InAppLinks } from './in-app-links.js';

/** One value with its place, and how its data links open, if it has any. */
export type ValueCell = VizRepeaterRenderValueProps<FieldDisplay, DisplayValueAlignmentFactors> & {
  readonly links: Parameters<DataLinksContextMenuProps['children']>[0];
};

/** Lays out the values of a single-value panel, and puts their data links around them. */
export function ValueRepeater(props: {
  readonly values: FieldDisplay[];
  readonly width: number;
  readonly height: number;
  readonly renderCounter: number;
  readonly orientation: VizOrientation;
  readonly itemSpacing: number;
  readonly autoGrid?: boolean;
  readonly minVizWidth?: number;
  readonly minVizHeight?: number;
  readonly maxVizHeight?: number;
  readonly children: (cell: ValueCell) => JSX.Element;
}) {
  const { values, children, ...layout } = props;
  return (
    <InAppLinks>
      <VizRepeater<FieldDisplay, DisplayValueAlignmentFactors>
        {...layout}
        source={values}
        getValues={() => values}
        getAlignmentFactors={getDisplayValueAlignmentFactors}
        renderValue={(cell) => {
          const { getLinks, hasLinks } = cell.value;
          if (!hasLinks || getLinks === undefined) return children({ ...cell, links: {} });
          return (
            <DataLinksContextMenu links={getLinks}>
              {(links) => children({ ...cell, links })}
            </DataLinksContextMenu>
          );
        }}
      />
    </InAppLinks>
  );
}
