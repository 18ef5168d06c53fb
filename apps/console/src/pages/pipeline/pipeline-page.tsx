import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Alert, Badge, useStyles2 } from '@grafana/ui';
import { Link } from 'react-router';
import { Page } from '../../components/page.js';
import { EmptyState, ErrorState, PageLoading } from '../../components/states.js';
import { faultsOf, flowOf, formatCount, lagsByTopic, type Snapshot } from './flow.js';
import { FlowPicture } from './flow-picture.js';
import { LagTable } from './lag-table.js';
import { useSnapshots } from './use-snapshots.js';

/** The ledger as a picture, with live numbers, and how far the consumers are behind. */
export function Component() {
  const styles = useStyles2(getStyles);
  const { data: snapshots, error, isPending, refetch } = useSnapshots();
  const actions = (
    <>
      <Link className={styles.action} to="/pipeline/dead-letters">
        Dead letters
      </Link>
      <Link className={styles.action} to="/d/fieldstream-pipeline">
        History as a dashboard
      </Link>
    </>
  );
  return (
    <Page title="Pipeline" subtitle="What every stage takes in, and what becomes of it" actions={actions}>
      {error === null ? null : <ErrorState error={error} retry={() => void refetch()} />}
      {isPending ? <PageLoading what="Reading the ledger" /> : null}
      {snapshots === undefined ? null : <State snapshots={snapshots} />}
    </Page>
  );
}

function State({ snapshots }: { readonly snapshots: readonly [Snapshot, ...Snapshot[]] }) {
  const styles = useStyles2(getStyles);
  const { pipeline } = snapshots.at(-1) ?? snapshots[0];
  const faults = faultsOf(pipeline);
  const isKafkaThere = pipeline.kafka === 'reachable';
  if (pipeline.sources.length === 0) {
    return (
      <EmptyState title="Nothing has passed through the pipeline yet" icon="sitemap">
        The first message that a device publishes will show here. <Link to="/devices">Connect a device</Link>.
      </EmptyState>
    );
  }
  return (
    <>
      {isKafkaThere ? null : (
        <Alert severity="error" title="Kafka cannot be reached">
          Publishes are not acknowledged until it is back, so devices keep them and send them again. Nothing
          is lost.
        </Alert>
      )}
      <div className={styles.badges}>
        {faults.length === 0 ? (
          <Badge
            color="green"
            icon="check"
            text={`Balanced: ${pipeline.sources.length} sources, nothing unaccounted for`}
          />
        ) : (
          <Badge color="red" icon="exclamation-triangle" text="Not balanced" />
        )}
        <Badge
          color={pipeline.lag === null ? 'red' : 'blue'}
          text={pipeline.lag === null ? 'Lag unknown' : `${formatCount(pipeline.lag)} records behind in all`}
        />
      </div>
      {faults.length === 0 ? null : (
        <Alert severity="error" title="Something is unaccounted for">
          <ul>
            {faults.map((fault) => (
              <li key={fault}>{fault}</li>
            ))}
          </ul>
        </Alert>
      )}
      <FlowPicture flow={flowOf(snapshots)} isKafkaThere={isKafkaThere} />
      <h2 className={styles.heading}>Consumer lag</h2>
      <LagTable lags={lagsByTopic(pipeline)} />
    </>
  );
}

function getStyles(theme: GrafanaTheme2) {
  return {
    badges: css({ display: 'flex', flexWrap: 'wrap', gap: theme.spacing(1), marginBottom: theme.spacing(2) }),
    heading: css({ ...theme.typography.h4 }),
    action: css({ color: theme.colors.text.link, textDecoration: 'underline', alignSelf: 'center' }),
  };
}
