import { css } from '@emotion/css';
import { SEVERITIES, type Severity } from '@fieldstream/domain';
import type { GrafanaTheme2 } from '@grafana/data';
import { Button, Combobox, ConfirmModal, Field, Input, Switch, useStyles2 } from '@grafana/ui';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useNavigate, useParams } from 'react-router';
import { ApiError } from '../../client/api-error.js';
import { api, dataOf, type Schema } from '../../client/api.js';
import { Page } from '../../components/page.js';
import { EmptyState, ErrorState, PageLoading } from '../../components/states.js';
import { useNotices } from '../../shell/notices.js';
import { channelDraftOf, channelOf, hasKeptSecrets, newChannel, type ChannelDraft } from './channel-draft.js';
import { useChannelRemoval } from './channel-removal.js';
import { ChannelSettings } from './channel-settings.js';
import { ChannelTest } from './channel-test.js';
import { durationText } from './duration-text.js';
import { getListStyles } from './list-styles.js';
import { DurationInput, NumberInput } from './parsed-input.js';
import { ProvenanceMessage } from './provenance-message.js';
import { faultAt, faultMap, idOf, type Faults } from './rule-draft.js';
import { Section } from './section.js';

type Channel = Schema<'Channel'>;
type ChannelType = Schema<'ChannelTypeList'>['items'][number];

/** A notification channel, new or stored, with its test. */
export function Component() {
  const { id } = useParams();
  const stored = useQuery({
    queryKey: ['alerts', 'channel', id],
    queryFn: ({ signal }) =>
      dataOf(api.GET('/api/channels/{id}', { params: { path: { id: id ?? '' } }, signal })),
    enabled: id !== undefined,
  });
  const types = useQuery({
    queryKey: ['channel-types'],
    queryFn: ({ signal }) => dataOf(api.GET('/api/channel-types', { signal })),
    staleTime: Infinity,
  });
  const error = stored.error ?? types.error;
  if (error instanceof ApiError && error.problem.kind === 'not-found') {
    return (
      <Page title="No such channel">
        <EmptyState title={`There is no channel ${id}`} icon="comment-alt-share">
          <Link to="/alerts/channels">All channels</Link>
        </EmptyState>
      </Page>
    );
  }
  const isReady = types.data !== undefined && (id === undefined || stored.data !== undefined);
  if (!isReady) {
    return (
      <Page title="Channel">
        {error === null ? (
          <PageLoading what="Loading the channel" />
        ) : (
          <ErrorState error={error} retry={() => void Promise.all([stored.refetch(), types.refetch()])} />
        )}
      </Page>
    );
  }
  return <ChannelEditor key={id ?? ''} stored={stored.data} types={types.data.items} />;
}

function ChannelEditor(props: {
  readonly stored: Channel | undefined;
  readonly types: readonly ChannelType[];
}) {
  const { stored, types } = props;
  const styles = useStyles2(getStyles);
  const navigate = useNavigate();
  const beginning = stored === undefined ? newChannel(types[0]?.type ?? '') : channelDraftOf(stored);
  const [draft, setDraft] = useState(beginning);
  const [isIdOwn, setIdOwn] = useState(stored !== undefined);
  const change = (edit: Partial<ChannelDraft>): void => setDraft((before) => ({ ...before, ...edit }));
  const saving = useSaving(stored, (saved) => setDraft(channelDraftOf(saved)));
  const faults = refusedFaults(saving.error);
  const isReadOnly = stored !== undefined && stored.provenance !== null;
  const type = types.find((known) => known.type === draft.type);
  const title = stored === undefined ? 'New channel' : stored.name;
  const isStoredAsIs =
    stored !== undefined && JSON.stringify(draft) === JSON.stringify(channelDraftOf(stored));
  return (
    <Page
      title={title}
      subtitle={stored === undefined ? undefined : `Channel ${stored.id}`}
      actions={stored === undefined || isReadOnly ? undefined : <DeleteChannel channel={stored} />}
    >
      {stored === undefined || stored.provenance === null ? null : (
        <ProvenanceMessage what="channel" file={stored.provenance} />
      )}
      <form
        className={styles.form}
        noValidate
        aria-label={title}
        onSubmit={(event) => {
          event.preventDefault();
          saving.mutate(draft);
        }}
      >
        <Section title="What it is">
          <Field
            label="Type"
            htmlFor="channel-type"
            description={type?.summary}
            invalid={faults.has('type')}
            error={faults.get('type')}
          >
            <Combobox
              id="channel-type"
              width={40}
              disabled={isReadOnly}
              value={draft.type}
              options={types.map((known) => ({
                value: known.type,
                label: known.type,
                description: known.summary,
              }))}
              onChange={({ value }) => change({ type: value, config: {} })}
            />
          </Field>
          <Field
            label="Name"
            required
            htmlFor="channel-name"
            invalid={faults.has('name')}
            error={faults.get('name')}
          >
            <Input
              id="channel-name"
              disabled={isReadOnly}
              value={draft.name}
              placeholder="Operations, by mail"
              onChange={(event) => {
                const name = event.currentTarget.value;
                change(isIdOwn ? { name } : { name, id: idOf(name) });
              }}
            />
          </Field>
          {stored === undefined ? (
            <Field
              label="ID"
              required
              description="Lower-case letters, digits and hyphens. It never changes."
              htmlFor="channel-id"
              invalid={faults.has('id')}
              error={faults.get('id')}
            >
              <Input
                id="channel-id"
                value={draft.id}
                onChange={(event) => {
                  setIdOwn(event.currentTarget.value !== '');
                  change({ id: event.currentTarget.value });
                }}
              />
            </Field>
          ) : null}
          {type === undefined ? (
            <p>This version does not know the type {draft.type}.</p>
          ) : (
            <ChannelSettings
              type={type}
              config={draft.config}
              faults={faults}
              isReadOnly={isReadOnly}
              onChange={(config) => change({ config })}
            />
          )}
          {faults.get('config') === undefined ? null : <p role="alert">{faults.get('config')}</p>}
        </Section>
        <div>
          <Section title="What it is told">
            <DeliveryFields
              draft={draft}
              type={type}
              faults={faults}
              isReadOnly={isReadOnly}
              change={change}
            />
          </Section>
          <Section title="Test">
            <TestNote draft={draft} isStoredAsIs={isStoredAsIs} isNew={stored === undefined} />
            <ChannelTest
              id={stored?.id ?? ''}
              name={draft.name === '' ? 'the channel' : draft.name}
              draft={isStoredAsIs ? undefined : draft}
              isDisabled={!isStoredAsIs && hasKeptSecrets(draft)}
            />
          </Section>
          {isReadOnly ? null : (
            <>
              {saving.error === null ? null : <ErrorState error={saving.error} />}
              <div className={styles.save}>
                <Button type="submit" disabled={saving.isPending}>
                  {saving.isPending ? 'Saving…' : stored === undefined ? 'Make the channel' : 'Save'}
                </Button>
                <Button
                  type="button"
                  variant="secondary"
                  fill="outline"
                  onClick={() => void navigate('/alerts/channels')}
                >
                  Cancel
                </Button>
              </div>
            </>
          )}
        </div>
      </form>
    </Page>
  );
}

function useSaving(stored: Channel | undefined, onSaved: (channel: Channel) => void) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const notices = useNotices();
  return useMutation({
    mutationFn: (draft: ChannelDraft) => {
      const body = channelOf(draft);
      if (stored === undefined) return dataOf(api.POST('/api/channels', { body }));
      return dataOf(api.PUT('/api/channels/{id}', { params: { path: { id: stored.id } }, body }));
    },
    onSuccess: async (saved) => {
      notices.done(`${saved.name} is saved`);
      // What was typed into it is a secret that the server has now.
      onSaved(saved);
      await client.invalidateQueries({ queryKey: ['alerts'] });
      if (stored === undefined) await navigate(`/alerts/channels/${saved.id}`);
    },
  });
}

function refusedFaults(error: Error | null): Faults {
  if (!(error instanceof ApiError)) return new Map();
  if (error.problem.kind === 'conflict') return new Map([['id', error.problem.detail]]);
  return faultMap(error.problem.errors ?? []);
}

function DeleteChannel({ channel }: { readonly channel: Channel }) {
  const navigate = useNavigate();
  const removing = useChannelRemoval(() => navigate('/alerts/channels'));
  const [isAsking, setAsking] = useState(false);
  return (
    <>
      <Button variant="destructive" fill="outline" icon="trash-alt" onClick={() => setAsking(true)}>
        Delete
      </Button>
      <ConfirmModal
        isOpen={isAsking}
        title="Delete the channel?"
        body={`${channel.name} is deleted, with its secrets. That is refused while rules name it.`}
        confirmText="Delete"
        onDismiss={() => setAsking(false)}
        onConfirm={() => {
          setAsking(false);
          removing.mutate(channel);
        }}
      />
    </>
  );
}

function DeliveryFields(props: {
  readonly draft: ChannelDraft;
  readonly type: ChannelType | undefined;
  readonly faults: Faults;
  readonly isReadOnly: boolean;
  readonly change: (edit: Partial<ChannelDraft>) => void;
}) {
  const { draft, type, faults, isReadOnly, change } = props;
  const usualWait = type === undefined ? '' : durationText(type.defaults.groupWaitMs);
  const waitFault = faultAt(faults, 'groupWaitMs');
  const rateFault = faultAt(faults, 'messagesPerMinute');
  return (
    <>
      <Field
        label="Enabled"
        description="A disabled channel gets nothing, and nothing piles up for it."
        htmlFor="channel-enabled"
      >
        <Switch
          id="channel-enabled"
          disabled={isReadOnly}
          value={draft.enabled}
          onChange={(event) => change({ enabled: event.currentTarget.checked })}
        />
      </Field>
      <Field label="Least severity" htmlFor="channel-severity">
        <Combobox
          id="channel-severity"
          width={20}
          disabled={isReadOnly}
          value={draft.minSeverity}
          options={SEVERITIES.map((value) => ({ value, label: value }))}
          onChange={({ value }: { value: Severity }) => change({ minSeverity: value })}
        />
      </Field>
      <Field label="Recoveries, too" htmlFor="channel-resolved">
        <Switch
          id="channel-resolved"
          disabled={isReadOnly}
          value={draft.sendResolved}
          onChange={(event) => change({ sendResolved: event.currentTarget.checked })}
        />
      </Field>
      <Field
        label="Wait for more"
        description={`So long a message waits until no further alert of the rule comes. Empty: ${usualWait}`}
        htmlFor="channel-wait"
        invalid={waitFault !== undefined}
        error={waitFault}
      >
        <DurationInput
          id="channel-wait"
          width={16}
          placeholder={usualWait}
          disabled={isReadOnly}
          value={draft.groupWaitMs}
          onChange={(groupWaitMs) => change({ groupWaitMs })}
        />
      </Field>
      <Field
        label="Most messages a minute"
        description={`What is more is put together. Empty: ${type?.defaults.messagesPerMinute ?? ''}`}
        htmlFor="channel-rate"
        invalid={rateFault !== undefined}
        error={rateFault}
      >
        <NumberInput
          id="channel-rate"
          width={16}
          placeholder={String(type?.defaults.messagesPerMinute ?? '')}
          disabled={isReadOnly}
          value={draft.messagesPerMinute}
          onChange={(messagesPerMinute) => change({ messagesPerMinute })}
        />
      </Field>
    </>
  );
}

function TestNote(props: {
  readonly draft: ChannelDraft;
  readonly isStoredAsIs: boolean;
  readonly isNew: boolean;
}) {
  const list = useStyles2(getListStyles);
  const { draft, isStoredAsIs, isNew } = props;
  const note =
    !isStoredAsIs && hasKeptSecrets(draft)
      ? 'Save first: the test of what is not saved cannot use the secrets that the server has.'
      : isStoredAsIs
        ? 'Sends a test alert now, also where the channel is disabled.'
        : `Sends a test alert now, with what stands here${isNew ? '' : ' and is not saved yet'}.`;
  return <p className={list.secondary}>{note}</p>;
}

function getStyles(theme: GrafanaTheme2) {
  return {
    form: css({
      display: 'grid',
      gap: theme.spacing(0, 2),
      gridTemplateColumns: 'minmax(0, 1fr)',
      alignItems: 'start',
      [theme.breakpoints.up('lg')]: { gridTemplateColumns: 'repeat(2, minmax(0, 1fr))' },
    }),
    save: css({ display: 'flex', gap: theme.spacing(1), paddingBottom: theme.spacing(2) }),
  };
}
