import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Button, Icon, useStyles2 } from '@grafana/ui';
import { useMutation } from '@tanstack/react-query';
import { api, dataOf, type Schema } from '../../client/api.js';
import { describeError } from '../../components/states.js';
import { channelOf, type ChannelDraft } from './channel-draft.js';

/** Sends a test alert to a stored channel, or with a draft of one, and says what came of it. */
export function ChannelTest(props: {
  readonly id: string;
  readonly name: string;
  /** Tested as it stands, instead of what is stored. */
  readonly draft?: ChannelDraft;
  readonly size?: 'sm' | 'md';
  readonly isDisabled?: boolean;
}) {
  const { id, name, draft, size = 'md', isDisabled = false } = props;
  const styles = useStyles2(getStyles);
  const { mutate, data, error, isPending } = useMutation({
    mutationFn: (): Promise<Schema<'ChannelTest'>> => {
      if (draft === undefined)
        return dataOf(api.POST('/api/channels/{id}/test', { params: { path: { id } } }));
      const { id: draftId, ...rest } = channelOf(draft);
      // A draft may have no ID yet, which the server's check would ask for.
      return dataOf(api.POST('/api/channels/test', { body: { ...rest, id: draftId || 'draft' } }));
    },
  });
  return (
    <div className={styles.test}>
      <Button
        type="button"
        size={size}
        variant="secondary"
        icon="message"
        disabled={isPending || isDisabled}
        aria-label={`Test ${name}`}
        onClick={() => mutate()}
      >
        {isPending ? 'Sending…' : 'Test'}
      </Button>
      <span role="status" className={styles.outcome}>
        {isPending ? null : error !== null ? (
          <Failed text={describeError(error).detail} />
        ) : data === undefined ? null : data.delivered ? (
          <span className={styles.good}>
            <Icon name="check" /> Delivered in {data.durationMs} ms
          </span>
        ) : (
          <Failed text={data.error ?? 'the receiver did not take it'} />
        )}
      </span>
    </div>
  );
}

function Failed({ text }: { readonly text: string }) {
  const styles = useStyles2(getStyles);
  return (
    <span className={styles.bad}>
      <Icon name="exclamation-triangle" /> Not delivered: {text}
    </span>
  );
}

function getStyles(theme: GrafanaTheme2) {
  return {
    test: css({ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: theme.spacing(1) }),
    outcome: css({ maxWidth: 480, overflowWrap: 'anywhere' }),
    good: css({ color: theme.colors.success.text }),
    bad: css({ color: theme.colors.error.text }),
  };
}
