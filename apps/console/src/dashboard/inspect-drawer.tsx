import { css } from '@emotion/css';
import {
  applyFieldOverrides,
  FieldType,
  formattedValueToString,
  getFieldDisplayName,
  type DataFrame,
  type GrafanaTheme2,
} from '@grafana/data';
import {
  Button,
  Checkbox,
  ClipboardButton,
  Combobox,
  Drawer,
  Field,
  Tab,
  TabsBar,
  useStyles2,
  useTheme2,
} from '@grafana/ui';
import { useMemo, useState, useSyncExternalStore } from 'react';
import { downloadCsv } from './csv.js';
import { useDashboard, type Inspected } from './dashboard-context.js';
import { fieldConfigRegistry, withDefaultFieldConfig } from './field-config.js';
import { plainText } from './json.js';
import type { PlacedPanel } from './layout.js';
import { useTransformed } from './use-panel-data.js';
import { panelKinds } from '../panels/panel-kinds.js';
import type { FeedState } from './panel-feed.js';

const TABS: readonly { readonly tab: Inspected['tab']; readonly label: string }[] = [
  { tab: 'data', label: 'Data' },
  { tab: 'query', label: 'Query' },
  { tab: 'json', label: 'JSON' },
];

/** A file has all rows; a page with more than these would only be slow. */
const MOST_ROWS = 500;

/** What is behind a panel: its data as a table, the queries that were run, and its JSON. */
export function InspectDrawer({
  placed,
  tab,
}: {
  readonly placed: PlacedPanel;
  readonly tab: Inspected['tab'];
}) {
  const { feed, inspect, interpolate } = useDashboard();
  const { key, panel } = placed;
  const state = useSyncExternalStore(
    useMemo(() => (listener: () => void) => feed.subscribe(key, listener), [feed, key]),
    () => feed.state(key),
  );
  // What one reads does not change under one's eyes.
  const [frozen, setFrozen] = useState(state);
  const title = interpolate(panel.title, placed.scoped) || panel.type;
  const close = (): void => inspect(undefined);
  return (
    <Drawer
      title={`Inspect: ${title}`}
      subtitle={describe(frozen)}
      onClose={close}
      size="md"
      tabs={
        <TabsBar>
          {TABS.map((one) => (
            <Tab
              key={one.tab}
              label={one.label}
              active={one.tab === tab}
              onChangeTab={() => inspect({ key, tab: one.tab })}
            />
          ))}
        </TabsBar>
      }
    >
      {tab === 'data' ? <DataTab placed={placed} state={frozen} title={title} /> : null}
      {tab === 'query' ? <QueryTab state={frozen} /> : null}
      {tab === 'json' ? <Code text={JSON.stringify(panel.json, null, 2)} /> : null}
      {tab === 'json' ? null : (
        <Button variant="secondary" icon="sync" disabled={frozen === state} onClick={() => setFrozen(state)}>
          Show the newest
        </Button>
      )}
    </Drawer>
  );
}

function describe({ frames, durationMs }: FeedState): string {
  const rows = frames.reduce((sum, { length }) => sum + length, 0);
  const took = durationMs === undefined ? '' : `, answered in ${Math.round(durationMs)} ms`;
  return `${frames.length} ${frames.length === 1 ? 'frame' : 'frames'}, ${rows} ${rows === 1 ? 'row' : 'rows'}${took}`;
}

function DataTab({
  placed,
  state,
  title,
}: {
  readonly placed: PlacedPanel;
  readonly state: FeedState;
  readonly title: string;
}) {
  const styles = useStyles2(getStyles);
  const theme = useTheme2();
  const { interpolate, timeZone } = useDashboard();
  const [isTransformed, setTransformed] = useState(true);
  const [isFormatted, setFormatted] = useState(true);
  const [index, setIndex] = useState(0);
  const transformed = useTransformed(state.frames, placed, interpolate);
  const frames = useMemo(() => {
    const kind = panelKinds.get(placed.panel.type) ?? { options: {} };
    const fieldConfig = withDefaultFieldConfig(placed.panel.fieldConfig, kind);
    return applyFieldOverrides({
      data: [...(isTransformed ? transformed.frames : state.frames)],
      fieldConfig: isFormatted ? fieldConfig : { defaults: {}, overrides: [] },
      fieldConfigRegistry: fieldConfigRegistry(fieldConfig.defaults.custom ?? {}),
      replaceVariables: interpolate,
      theme,
      timeZone,
    });
  }, [placed, state.frames, transformed.frames, isTransformed, isFormatted, interpolate, theme, timeZone]);
  const frame = frames[Math.min(index, frames.length - 1)];
  return (
    <div className={styles.tab}>
      <div className={styles.options}>
        {frames.length < 2 ? null : (
          <Field label="Frame" htmlFor="inspect-frame" noMargin>
            <Combobox
              id="inspect-frame"
              width={30}
              value={index}
              options={frames.map((one, value) => ({ value, label: frameName(one, value) }))}
              onChange={({ value }) => setIndex(value)}
            />
          </Field>
        )}
        {placed.panel.transformations.length === 0 ? null : (
          <Checkbox
            label="With the panel's transformations"
            value={isTransformed}
            onChange={() => setTransformed(!isTransformed)}
          />
        )}
        <Checkbox
          label="As the panel shows values"
          value={isFormatted}
          onChange={() => setFormatted(!isFormatted)}
        />
        <Button
          icon="download-alt"
          variant="secondary"
          disabled={frames.length === 0}
          onClick={() => downloadCsv(frames, title)}
        >
          Download CSV
        </Button>
      </div>
      {frame === undefined || frame.length === 0 ? (
        <p>No rows.</p>
      ) : (
        <FrameTable frame={frame} isFormatted={isFormatted} />
      )}
    </div>
  );
}

function frameName({ name, refId }: DataFrame, index: number): string {
  return name || `${refId ?? 'Frame'} (${index + 1})`;
}

function FrameTable({ frame, isFormatted }: { readonly frame: DataFrame; readonly isFormatted: boolean }) {
  const styles = useStyles2(getStyles);
  const rows = Math.min(frame.length, MOST_ROWS);
  const columns = frame.fields.map((field) => ({ field, name: getFieldDisplayName(field, frame) }));
  return (
    <>
      <div className={styles.scroll} tabIndex={0} role="region" aria-label="Data of the panel">
        <table className={styles.table}>
          <thead>
            <tr>
              {columns.map(({ name }) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {Array.from({ length: rows }, (_, row) => (
              <tr key={row}>
                {columns.map(({ field, name }) => (
                  <td key={name} data-number={field.type === FieldType.number || undefined}>
                    {cellText(field, row, isFormatted)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {frame.length > rows ? (
        <p>
          The first {rows} of {frame.length} rows; the CSV file has all.
        </p>
      ) : null}
    </>
  );
}

function cellText(
  { display, type, values }: DataFrame['fields'][number],
  row: number,
  isFormatted: boolean,
): string {
  const value: unknown = values[row];
  if (value === null || value === undefined) return '';
  if (display !== undefined && (isFormatted || type === FieldType.time))
    return formattedValueToString(display(value));
  return plainText(value);
}

function QueryTab({ state }: { readonly state: FeedState }) {
  const styles = useStyles2(getStyles);
  const queries = new Map(
    state.frames.flatMap(({ refId, meta }) =>
      meta?.executedQueryString === undefined ? [] : [[refId ?? 'A', meta.executedQueryString] as const],
    ),
  );
  return (
    <div className={styles.tab}>
      {state.errors.map((error) => (
        <p key={error} className={styles.error} role="alert">
          {error}
        </p>
      ))}
      {state.range === undefined ? null : (
        <p>
          From {state.range.from.toISOString()} to {state.range.to.toISOString()}, interval {state.intervalMs}{' '}
          ms
        </p>
      )}
      {[...queries].map(([refId, sql]) => (
        <section key={refId}>
          <h3 className={styles.heading}>Query {refId}</h3>
          <Code text={sql} />
        </section>
      ))}
      {queries.size === 0 && state.errors.length === 0 ? <p>No query has been run.</p> : null}
    </div>
  );
}

function Code({ text }: { readonly text: string }) {
  const styles = useStyles2(getStyles);
  return (
    <div className={styles.code}>
      <ClipboardButton className={styles.copy} icon="copy" variant="secondary" size="sm" getText={() => text}>
        Copy
      </ClipboardButton>
      <pre tabIndex={0}>{text}</pre>
    </div>
  );
}

function getStyles(theme: GrafanaTheme2) {
  return {
    tab: css({
      display: 'flex',
      flexDirection: 'column',
      gap: theme.spacing(2),
      marginBottom: theme.spacing(2),
    }),
    options: css({ display: 'flex', flexWrap: 'wrap', alignItems: 'end', gap: theme.spacing(2) }),
    scroll: css({ overflow: 'auto', maxHeight: '65vh', border: `1px solid ${theme.colors.border.weak}` }),
    table: css({
      width: '100%',
      fontSize: theme.typography.bodySmall.fontSize,
      'th, td': {
        padding: theme.spacing(0.5, 1),
        borderBottom: `1px solid ${theme.colors.border.weak}`,
        textAlign: 'left',
        whiteSpace: 'nowrap',
      },
      th: { position: 'sticky', top: 0, background: theme.colors.background.secondary },
      'td[data-number]': { textAlign: 'right', fontVariantNumeric: 'tabular-nums' },
    }),
    error: css({ color: theme.colors.error.text, overflowWrap: 'anywhere' }),
    heading: css({ ...theme.typography.h6 }),
    code: css({ position: 'relative', pre: { maxHeight: '70vh', overflow: 'auto', whiteSpace: 'pre-wrap' } }),
    copy: css({ position: 'absolute', right: theme.spacing(2), top: theme.spacing(1) }),
  };
}
