import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Button, Combobox, Input, Switch, useStyles2 } from '@grafana/ui';
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { Link, useSearchParams } from 'react-router';
import { api, dataOf } from '../../client/api.js';
import { Page } from '../../components/page.js';
import { EmptyState, ErrorState, PageLoading } from '../../components/states.js';
import { useNotices } from '../../shell/notices.js';
import { DeadLetterRow } from './dead-letter-row.js';
import { formatCount } from './flow.js';
import { replayAll, replayLetter, replaySome, type LetterFilter, type ReplayOutcome } from './replay.js';
import { ReplayOutcomeNotice } from './replay-outcome.js';

const PAGE = 50;
const EVERY_MS = 5_000;

/** Payloads that were refused: what they are, why, and another try. */
export function Component() {
  const styles = useStyles2(getStyles);
  const [search, setSearch] = useSearchParams();
  const reason = search.get('reason') ?? undefined;
  const device = search.get('device') ?? undefined;
  const withReplayed = search.get('replayed') === 'true';
  const filter: LetterFilter = {
    ...(reason === undefined ? {} : { reason }),
    ...(device === undefined ? {} : { device }),
  };
  const put = (name: string, value: string | undefined): void =>
    setSearch(
      (current) => {
        const next = new URLSearchParams(current);
        if (value === undefined || value === '') next.delete(name);
        else next.set(name, value);
        return next;
      },
      { replace: true },
    );

  const summary = useQuery({
    queryKey: ['dead-letters', 'summary'],
    queryFn: () => dataOf(api.GET('/api/dead-letters/summary')),
    refetchInterval: EVERY_MS,
  });
  const query = { ...filter, ...(withReplayed ? {} : { replayed: false }), limit: PAGE };
  const list = useInfiniteQuery({
    queryKey: ['dead-letters', 'list', query],
    queryFn: ({ pageParam }) =>
      dataOf(
        api.GET('/api/dead-letters', {
          params: { query: pageParam === undefined ? query : { ...query, cursor: pageParam } },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    refetchInterval: EVERY_MS,
  });
  const letters = list.data?.pages.flatMap(({ items }) => items) ?? [];
  const reasons = summary.data?.reasons ?? [];
  const waiting = reasons.reduce(
    (sum, one) => sum + (reason === undefined || one.reason === reason ? one.waiting : 0),
    0,
  );
  const replaying = useReplaying();

  return (
    <Page
      title="Dead letters"
      subtitle="Messages that could not be understood, with their original bytes. None of them blocks anything."
      actions={
        <Link className={styles.link} to="/pipeline">
          Pipeline
        </Link>
      }
    >
      <div className={styles.filters}>
        <Combobox
          aria-label="Reason"
          placeholder="Any reason"
          isClearable
          width={40}
          value={reason ?? null}
          options={reasons.map((one) => ({
            value: one.reason,
            label: `${one.reason} (${formatCount(one.count)})`,
          }))}
          onChange={(option) => put('reason', option?.value)}
        />
        <Input
          aria-label="Device"
          placeholder="Device ID"
          width={30}
          defaultValue={device ?? ''}
          onChange={(event) => put('device', event.currentTarget.value.trim())}
        />
        <label className={styles.switch}>
          <Switch
            value={withReplayed}
            onChange={(event) => put('replayed', event.currentTarget.checked ? 'true' : undefined)}
          />
          Show replayed ones
        </label>
        <span className={styles.space} />
        <Button
          variant="secondary"
          icon="repeat"
          disabled={replaying.selected.size === 0 || replaying.isRunning}
          onClick={() => void replaying.some([...replaying.selected])}
        >
          Replay selected ({replaying.selected.size})
        </Button>
        {replaying.isRunning ? (
          <Button variant="destructive" onClick={replaying.stop}>
            Stop
          </Button>
        ) : (
          <Button icon="repeat" disabled={waiting === 0} onClick={() => void replaying.all(filter)}>
            Replay all{device === undefined ? ` (${formatCount(waiting)})` : ''}
          </Button>
        )}
      </div>
      {replaying.outcome === undefined ? null : (
        <ReplayOutcomeNotice outcome={replaying.outcome} onClose={replaying.clear} />
      )}
      {list.error === null ? null : <ErrorState error={list.error} retry={() => void list.refetch()} />}
      {list.isPending || summary.isPending ? <PageLoading what="Reading dead letters" /> : null}
      {list.isSuccess && letters.length === 0 ? (
        <EmptyState
          title={search.size === 0 ? 'No dead letters wait' : 'No dead letters match'}
          icon="check-circle"
        >
          {search.size === 0
            ? 'Every message was understood, or has been replayed.'
            : 'Take a filter away to see others.'}
        </EmptyState>
      ) : null}
      <ul className={styles.list} aria-label="Dead letters">
        {letters.map((letter) => (
          <DeadLetterRow
            key={letter.id}
            letter={letter}
            isSelected={replaying.selected.has(letter.id)}
            isReplaying={replaying.isRunning}
            onSelect={(isSelected) => replaying.select(letter.id, isSelected)}
            onReplay={() => void replaying.one(letter.id)}
          />
        ))}
      </ul>
      {list.hasNextPage ? (
        <Button
          variant="secondary"
          disabled={list.isFetchingNextPage}
          onClick={() => void list.fetchNextPage()}
        >
          Show more
        </Button>
      ) : null}
    </Page>
  );
}

/** Replays one, some or all, one at a time, and keeps what came of it. */
function useReplaying() {
  const client = useQueryClient();
  const notices = useNotices();
  const [selected, setSelected] = useState<ReadonlySet<number>>(new Set());
  const [outcome, setOutcome] = useState<ReplayOutcome>();
  const [isRunning, setRunning] = useState(false);
  const stopping = useRef<AbortController>(undefined);

  const run = async (work: (signal: AbortSignal) => Promise<void>): Promise<void> => {
    stopping.current = new AbortController();
    setRunning(true);
    try {
      await work(stopping.current.signal);
    } catch (error) {
      notices.failed(error);
    } finally {
      setRunning(false);
      await client.invalidateQueries({ queryKey: ['dead-letters'] });
    }
  };
  return {
    selected,
    outcome,
    isRunning,
    clear: () => setOutcome(undefined),
    stop: () => stopping.current?.abort(),
    select: (id: number, isSelected: boolean) =>
      setSelected((current) => {
        const next = new Set(current);
        if (isSelected) next.add(id);
        else next.delete(id);
        return next;
      }),
    one: (id: number) =>
      run(async () => {
        await replayLetter(id);
        notices.done('Replayed: its readings are in the pipeline.');
      }),
    some: (ids: readonly number[]) =>
      run(async (signal) => {
        setOutcome(await replaySome(ids, setOutcome, signal));
        setSelected(new Set());
      }),
    all: (filter: LetterFilter) =>
      run(async (signal) => setOutcome(await replayAll(filter, setOutcome, signal))),
  };
}

function getStyles(theme: GrafanaTheme2) {
  return {
    filters: css({
      display: 'flex',
      flexWrap: 'wrap',
      alignItems: 'center',
      gap: theme.spacing(1),
      marginBottom: theme.spacing(2),
    }),
    switch: css({ display: 'flex', alignItems: 'center', gap: theme.spacing(1), margin: 0 }),
    space: css({ flex: 1 }),
    link: css({ color: theme.colors.text.link, textDecoration: 'underline', alignSelf: 'center' }),
    list: css({ margin: 0, padding: 0 }),
  };
}
