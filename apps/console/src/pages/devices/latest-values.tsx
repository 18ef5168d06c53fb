import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Icon, Input, useStyles2 } from '@grafana/ui';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { EmptyState, ErrorState, PageLoading } from '../../components/states.js';
import { latestQuery, sparklinesQuery } from './device-queries.js';
import { Age } from './device-state.js';
import { Sparkline } from './sparkline.js';
import { valueText } from './value-text.js';

/** With more metrics than this a search is offered. */
const SEARCH_FROM = 15;

/** Newest value of every metric of a device, with its last hour; follows by itself. */
export function LatestValues({ deviceId }: { readonly deviceId: string }) {
  const styles = useStyles2(getStyles);
  const [search, setSearch] = useState('');
  const latest = useQuery(latestQuery(deviceId));
  const { data: lines } = useQuery(sparklinesQuery(deviceId));
  if (latest.data === undefined) {
    return latest.isError ? (
      <ErrorState error={latest.error} retry={() => void latest.refetch()} />
    ) : (
      <PageLoading what="Loading the values" />
    );
  }
  if (latest.data.length === 0) {
    return (
      <EmptyState title="No readings yet" icon="graph-bar">
        The newest value of each metric appears here with the first message. How to send one stands under
        Connection.
      </EmptyState>
    );
  }
  const wanted = search.trim().toLowerCase();
  const values = latest.data.filter(({ metric }) => metric.toLowerCase().includes(wanted));
  return (
    <>
      {latest.data.length < SEARCH_FROM ? null : (
        <div className={styles.search}>
          <Input
            type="search"
            aria-label="Search metrics"
            placeholder="Search metrics"
            prefix={<Icon name="search" />}
            value={search}
            onChange={(event) => setSearch(event.currentTarget.value)}
          />
        </div>
      )}
      <table className={styles.table} aria-label="Latest values">
        <thead>
          <tr>
            <th scope="col">Metric</th>
            <th scope="col" className={styles.number}>
              Value
            </th>
            <th scope="col" className={styles.spark}>
              Last hour
            </th>
            <th scope="col" className={styles.age}>
              Observed
            </th>
          </tr>
        </thead>
        <tbody>
          {values.map((value) => (
            <tr key={value.metric}>
              <th scope="row" className={styles.metric}>
                {value.metric}
              </th>
              <td className={styles.number}>{valueText(value)}</td>
              <td className={styles.spark}>
                {value.value === null ? null : <Sparkline points={lines?.get(value.metric) ?? []} />}
              </td>
              <td className={styles.age}>
                <Age time={value.time} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function getStyles(theme: GrafanaTheme2) {
  const phone = theme.breakpoints.down('sm');
  return {
    search: css({ maxWidth: 320, marginBottom: theme.spacing(1) }),
    table: css({
      width: '100%',
      tableLayout: 'fixed',
      'th, td': {
        height: 40,
        padding: theme.spacing(0.5, 1),
        borderBottom: `1px solid ${theme.colors.border.weak}`,
        textAlign: 'left',
      },
      'thead th': { color: theme.colors.text.secondary, fontWeight: theme.typography.fontWeightMedium },
    }),
    metric: css({
      overflow: 'hidden',
      textOverflow: 'ellipsis',
      fontWeight: theme.typography.fontWeightRegular,
    }),
    number: css({
      width: '28%',
      overflow: 'hidden',
      textOverflow: 'ellipsis',
      fontVariantNumeric: 'tabular-nums',
      fontWeight: theme.typography.fontWeightMedium,
      '&&': { textAlign: 'right' },
    }),
    spark: css({ width: '26%', '&&': { paddingLeft: theme.spacing(2) }, [phone]: { display: 'none' } }),
    age: css({
      width: 96,
      color: theme.colors.text.secondary,
      '&&': { textAlign: 'right' },
    }),
  };
}
