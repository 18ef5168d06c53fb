import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Alert, Badge, FilterInput, Icon, TagList, useStyles2 } from '@grafana/ui';
import { useQuery } from '@tanstack/react-query';
import { Link, useSearchParams } from 'react-router';
import { Page } from '../../components/page.js';
import { EmptyState, ErrorState, PageLoading } from '../../components/states.js';
import {
  listDashboards,
  type DashboardList,
  type DashboardSummary,
} from '../../dashboard/dashboard-service.js';
import { matchingDashboards, tagsOf } from './dashboard-search.js';

/** All dashboards, to search by words and tags. */
export function Component() {
  const { data, error, refetch } = useQuery({ queryKey: ['dashboards'], queryFn: listDashboards });
  return (
    <Page title="Dashboards" subtitle="What Grafana shows, drawn here from the same files">
      {data === undefined ? (
        error === null ? (
          <PageLoading />
        ) : (
          <ErrorState error={error} retry={() => void refetch()} />
        )
      ) : (
        <Dashboards list={data} />
      )}
    </Page>
  );
}

function Dashboards({ list }: { readonly list: DashboardList }) {
  const styles = useStyles2(getStyles);
  const [search, setSearch] = useSearchParams();
  const words = search.get('query') ?? '';
  const tags = search.getAll('tag');
  const change = (next: { readonly words?: string; readonly tags?: readonly string[] }): void => {
    const params = new URLSearchParams();
    const query = next.words ?? words;
    if (query !== '') params.set('query', query);
    for (const tag of next.tags ?? tags) params.append('tag', tag);
    setSearch(params, { replace: true });
  };
  const found = matchingDashboards(list.items, words, tags);
  return (
    <>
      <div className={styles.search} role="search">
        <FilterInput
          aria-label="Search dashboards"
          placeholder="Search by title, description or tag"
          value={words}
          onChange={(value) => change({ words: value })}
        />
        <div className={styles.tags} role="group" aria-label="Tags">
          {tagsOf(list.items).map((tag) => {
            const isOn = tags.includes(tag);
            return (
              <button
                key={tag}
                type="button"
                className={styles.tag}
                aria-pressed={isOn}
                onClick={() => change({ tags: isOn ? tags.filter((one) => one !== tag) : [...tags, tag] })}
              >
                {tag}
              </button>
            );
          })}
        </div>
      </div>
      {list.faults.length === 0 ? null : <Faults faults={list.faults} />}
      {found.length === 0 ? (
        <EmptyState
          title={list.items.length === 0 ? 'There are no dashboards' : 'No dashboard matches'}
          icon="apps"
        >
          {list.items.length === 0
            ? 'Put dashboards as JSON into the folder DASHBOARDS_PATH.'
            : 'Try other words, or fewer tags.'}
        </EmptyState>
      ) : (
        <ul className={styles.list}>
          {found.map((dashboard) => (
            <DashboardCard key={dashboard.uid} dashboard={dashboard} />
          ))}
        </ul>
      )}
    </>
  );
}

function DashboardCard({
  dashboard: { uid, title, description, tags, panels, origin },
}: {
  readonly dashboard: DashboardSummary;
}) {
  const styles = useStyles2(getStyles);
  return (
    <li className={styles.card}>
      <h2 className={styles.title}>
        <Link to={`/d/${uid}`} className={styles.link}>
          {title}
        </Link>
      </h2>
      <p className={styles.description}>{description}</p>
      <div className={styles.foot}>
        <span className={styles.panels}>
          <Icon name="apps" size="sm" /> {panels} {panels === 1 ? 'panel' : 'panels'}
        </span>
        {origin === 'file' ? <Badge text="Your file" color="blue" /> : null}
        {tags.length === 0 ? null : <TagList tags={[...tags]} className={styles.cardTags} />}
      </div>
    </li>
  );
}

function Faults({ faults }: { readonly faults: DashboardList['faults'] }) {
  return (
    <Alert
      severity="warning"
      title={faults.length === 1 ? 'A file is left out' : `${faults.length} files are left out`}
    >
      <ul>
        {faults.map(({ file, fault }) => (
          <li key={file}>
            <code>{file}</code>: {fault}
          </li>
        ))}
      </ul>
    </Alert>
  );
}

function getStyles(theme: GrafanaTheme2) {
  return {
    search: css({
      display: 'flex',
      flexDirection: 'column',
      gap: theme.spacing(1),
      marginBottom: theme.spacing(2),
    }),
    tags: css({ display: 'flex', flexWrap: 'wrap', gap: theme.spacing(0.5) }),
    tag: css({
      padding: theme.spacing(0.25, 1),
      borderRadius: theme.shape.radius.pill,
      border: `1px solid ${theme.colors.border.medium}`,
      background: 'none',
      color: theme.colors.text.primary,
      fontSize: theme.typography.bodySmall.fontSize,
      '&[aria-pressed="true"]': {
        background: theme.colors.primary.main,
        borderColor: theme.colors.primary.main,
        color: theme.colors.primary.contrastText,
      },
    }),
    list: css({
      listStyle: 'none',
      display: 'grid',
      gridTemplateColumns: 'repeat(auto-fill, minmax(min(320px, 100%), 1fr))',
      gap: theme.spacing(1),
    }),
    card: css({
      position: 'relative',
      display: 'flex',
      flexDirection: 'column',
      gap: theme.spacing(1),
      padding: theme.spacing(2),
      minHeight: 132,
      background: theme.colors.background.primary,
      border: `1px solid ${theme.colors.border.weak}`,
      borderRadius: theme.shape.radius.default,
      '&:hover': { background: theme.colors.emphasize(theme.colors.background.primary, 0.03) },
    }),
    title: css({ ...theme.typography.h5, margin: 0 }),
    link: css({
      color: theme.colors.text.primary,
      // The whole card leads there.
      '&::after': { content: '""', position: 'absolute', inset: 0, borderRadius: theme.shape.radius.default },
    }),
    description: css({ color: theme.colors.text.secondary, margin: 0, flexGrow: 1 }),
    foot: css({ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: theme.spacing(1) }),
    panels: css({ color: theme.colors.text.secondary, fontSize: theme.typography.bodySmall.fontSize }),
    cardTags: css({ justifyContent: 'flex-start', marginLeft: 'auto' }),
  };
}
