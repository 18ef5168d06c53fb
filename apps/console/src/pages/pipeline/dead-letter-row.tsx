import { css } from '@emotion/css';
import { dateTimeFormat, type GrafanaTheme2 } from '@grafana/data';
import { Badge, Button, Checkbox, RadioButtonGroup, Spinner, useStyles2 } from '@grafana/ui';
import { useQuery } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { Link } from 'react-router';
import { api, dataOf, type Schema } from '../../client/api.js';
import { ErrorState } from '../../components/states.js';
import { hexDump, prettyText } from './payload-text.js';

type Letter = Schema<'DeadLetter'>;

/** A dead letter in the list; opened, its whole payload and where it came from. */
export function DeadLetterRow(props: {
  readonly letter: Letter;
  readonly isSelected: boolean;
  readonly isReplaying: boolean;
  readonly onSelect: (isSelected: boolean) => void;
  readonly onReplay: () => void;
}) {
  const { letter } = props;
  const styles = useStyles2(getStyles);
  const [isOpen, setOpen] = useState(false);
  const detailsId = useId();
  return (
    <li className={styles.letter}>
      <div className={styles.head}>
        <Checkbox
          aria-label={`Select dead letter ${letter.id}`}
          value={props.isSelected}
          onChange={(event) => props.onSelect(event.currentTarget.checked)}
        />
        <div className={styles.main}>
          <div className={styles.line}>
            <Badge color="orange" text={letter.reason} />
            {letter.replayedAt === null ? null : <Badge color="green" icon="check" text="Replayed" />}
            <span>{letter.detail}</span>
          </div>
          <div className={styles.small}>
            {dateTimeFormat(letter.receivedAt)} · <code>{letter.mqttTopic ?? letter.origin.topic}</code> ·{' '}
            {letter.deviceId === null ? (
              'device unknown'
            ) : (
              <Link className={styles.link} to={`/devices/${encodeURIComponent(letter.deviceId)}`}>
                {letter.deviceId}
              </Link>
            )}{' '}
            · {letter.payload.bytes} bytes
          </div>
        </div>
        <div className={styles.actions}>
          <Button
            size="sm"
            variant="secondary"
            fill="outline"
            icon={isOpen ? 'angle-up' : 'angle-down'}
            aria-expanded={isOpen}
            aria-controls={detailsId}
            aria-label={`Payload of dead letter ${letter.id}`}
            onClick={() => setOpen(!isOpen)}
          >
            Payload
          </Button>
          <Button
            size="sm"
            variant="secondary"
            icon="repeat"
            disabled={props.isReplaying}
            aria-label={`Replay dead letter ${letter.id}`}
            onClick={props.onReplay}
          >
            Replay
          </Button>
        </div>
      </div>
      <div id={detailsId}>{isOpen ? <Details letter={letter} /> : null}</div>
    </li>
  );
}

function Details({ letter }: { readonly letter: Letter }) {
  const styles = useStyles2(getStyles);
  const [view, setView] = useState<'text' | 'hex'>(letter.payload.text === null ? 'hex' : 'text');
  const { data, error, refetch } = useQuery({
    queryKey: ['dead-letters', 'one', letter.id],
    queryFn: () => dataOf(api.GET('/api/dead-letters/{id}', { params: { path: { id: letter.id } } })),
    enabled: letter.payload.truncated,
    staleTime: Infinity,
  });
  const { payload } = data ?? letter;
  return (
    <div className={styles.details}>
      <dl className={styles.facts}>
        <Fact name="Client" value={letter.clientId} />
        <Fact name="Decoder" value={letter.decoder} />
        <Fact
          name="In Kafka"
          value={`${letter.origin.topic}, partition ${letter.origin.partition}, offset ${letter.origin.offset}`}
        />
        <Fact name="Recorded" value={dateTimeFormat(letter.recordedAt)} />
        <Fact name="Replayed" value={letter.replayedAt === null ? null : dateTimeFormat(letter.replayedAt)} />
      </dl>
      {error === null ? null : <ErrorState error={error} retry={() => void refetch()} />}
      {payload.truncated && error === null ? <Spinner inline /> : null}
      {payload.text === null ? (
        <p className={styles.small}>The payload is no printable text.</p>
      ) : (
        <RadioButtonGroup
          size="sm"
          aria-label="How to show the payload"
          options={[
            { label: 'Text', value: 'text' as const },
            { label: 'Bytes', value: 'hex' as const },
          ]}
          value={view}
          onChange={setView}
        />
      )}
      <pre className={styles.payload} tabIndex={0} aria-label="Payload">
        {payload.bytes === 0
          ? '(empty)'
          : view === 'text' && payload.text !== null
            ? prettyText(payload.text)
            : hexDump(payload.base64)}
      </pre>
    </div>
  );
}

function Fact({ name, value }: { readonly name: string; readonly value: string | null }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value ?? 'unknown'}</dd>
    </div>
  );
}

function getStyles(theme: GrafanaTheme2) {
  return {
    letter: css({
      listStyle: 'none',
      padding: theme.spacing(1.5),
      borderBottom: `1px solid ${theme.colors.border.weak}`,
      background: theme.colors.background.primary,
    }),
    head: css({ display: 'flex', flexWrap: 'wrap', gap: theme.spacing(1.5), alignItems: 'flex-start' }),
    main: css({ flex: '1 1 280px', minWidth: 0, overflowWrap: 'anywhere' }),
    line: css({ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: theme.spacing(1) }),
    small: css({ color: theme.colors.text.secondary, fontSize: theme.typography.bodySmall.fontSize }),
    link: css({ color: theme.colors.text.link, textDecoration: 'underline' }),
    actions: css({ display: 'flex', gap: theme.spacing(1) }),
    details: css({ padding: theme.spacing(1, 0, 0, 4) }),
    facts: css({
      display: 'flex',
      flexWrap: 'wrap',
      gap: theme.spacing(1, 3),
      dt: {
        color: theme.colors.text.secondary,
        fontWeight: 'inherit',
        fontSize: theme.typography.bodySmall.fontSize,
      },
    }),
    payload: css({ marginTop: theme.spacing(1), maxHeight: 320, overflow: 'auto' }),
  };
}
