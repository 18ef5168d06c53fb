import { css } from '@emotion/css';
import { getFrameDisplayName, type DataFrame, type GrafanaTheme2, type PanelProps } from '@grafana/data';
import { Combobox, useStyles2, useTheme2, type TableSortByFieldState } from '@grafana/ui';
import { TableCellDisplayMode, type TableCellHeight } from '@grafana/schema';
import { TableNG } from '@grafana/ui/unstable';
import { useMemo, useState } from 'react';
import { InAppLinks } from '../shared/in-app-links.js';
import { NoData, noValueOf } from '../shared/no-data.js';
import { readableField } from '../shared/readable-color.js';
import { useStructureRev } from '../shared/use-structure-rev.js';
import { tableFrames, type LegacyFooter } from './table-frames.js';

interface TableOptions {
  readonly frameIndex: number;
  readonly showHeader: boolean;
  readonly showTypeIcons?: boolean;
  readonly cellHeight?: TableCellHeight;
  readonly maxRowHeight?: number;
  readonly enablePagination?: boolean;
  readonly frozenColumns?: { readonly left?: number };
  readonly sortBy?: TableSortByFieldState[];
  readonly footer?: LegacyFooter;
}

/** Height of the choice between several tables, with the gap above it, in pixels. */
const CHOICE_HEIGHT = 40;

/** Grafana's table panel; where the data are several tables, with a choice between them. */
export function TablePanel(props: PanelProps<TableOptions>) {
  const { data, options, fieldConfig, width, height, timeRange, title } = props;
  const styles = useStyles2(getStyles);
  const theme = useTheme2();
  const frames = useMemo(
    () => tableFrames(data.series, options.footer).map((each) => withReadableText(each, theme)),
    [data.series, options.footer, theme],
  );
  const structureRev = useStructureRev(frames);
  const [chosen, setChosen] = useState(options.frameIndex);
  const index = chosen >= 0 && chosen < frames.length ? chosen : 0;
  const frame = frames[index];
  if (frame === undefined) return <NoData fieldConfig={fieldConfig} width={width} height={height} />;
  const hasChoice = frames.length > 1;
  const table = (
    <TableNG
      ariaLabel={title || 'Table'}
      data={frame}
      width={width}
      height={hasChoice ? height - CHOICE_HEIGHT : height}
      noHeader={!options.showHeader}
      showTypeIcons={options.showTypeIcons ?? false}
      resizable
      sortBy={options.sortBy ?? []}
      sortByBehavior="initial"
      cellHeight={options.cellHeight}
      maxRowHeight={options.maxRowHeight}
      enablePagination={options.enablePagination ?? options.footer?.enablePagination ?? false}
      frozenColumns={options.frozenColumns?.left}
      fieldConfig={fieldConfig}
      timeRange={timeRange}
      structureRev={structureRev}
      noValue={noValueOf(fieldConfig)}
      transparent={props.transparent}
    />
  );
  if (!hasChoice) return <InAppLinks>{table}</InAppLinks>;
  return (
    <InAppLinks>
      <div style={{ width, height }}>
        <div style={{ height: height - CHOICE_HEIGHT }}>{table}</div>
        <div className={styles.choice}>
          <Combobox
            aria-label="Table to show"
            options={frames.map((each, value) => ({ label: getFrameDisplayName(each, value), value }))}
            value={index}
            onChange={({ value }) => setChosen(value)}
          />
        </div>
      </div>
    </InAppLinks>
  );
}

/** Colours of text are made legible; those of backgrounds and bars stay as they are. */
function withReadableText(frame: DataFrame, theme: GrafanaTheme2): DataFrame {
  const fields = frame.fields.map((field) =>
    field.config.custom?.cellOptions?.type === TableCellDisplayMode.ColorText
      ? readableField(field, theme)
      : field,
  );
  return { ...frame, fields };
}

function getStyles(theme: GrafanaTheme2) {
  return { choice: css({ padding: theme.spacing(1, 1, 0) }) };
}
