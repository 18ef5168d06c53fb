import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import type { ReactNode } from 'react';
import type { Device } from './device-queries.js';
import { Age } from './device-state.js';
import { STATUS_TEXTS, statusOf } from './device-status.js';
import { LabelChips } from './label-chips.js';
import { useNow } from './use-now.js';

/** What is known of a device beside its readings. */
export function DeviceFacts({ device }: { readonly device: Device }) {
  const styles = useStyles2(getStyles);
  const { text, meaning } = STATUS_TEXTS[statusOf(device, useNow())];
  const facts: readonly (readonly [string, ReactNode])[] = [
    ['Device ID', device.deviceId],
    ['Status', `${text}. ${meaning}`],
    ['Last seen', <Age key="seen" time={device.lastSeen} />],
    ['Presence', presenceText(device)],
    ...describedFacts(device),
    ['First seen', new Date(device.firstSeen).toLocaleString()],
    ['Credentials', credentialsText(device)],
    [
      'Labels',
      Object.keys(device.labels).length === 0 ? 'None' : <LabelChips key="labels" labels={device.labels} />,
    ],
  ];
  return (
    <dl className={styles.facts}>
      {facts.map(([name, value]) => (
        <div key={name} className={styles.fact}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function presenceText({ presence, presenceAt }: Device): string {
  if (presence === null || presenceAt === null) return 'Not known';
  return `${presence} since ${new Date(presenceAt).toLocaleString()}`;
}

/** What it or its gateway tells of it; nothing where nothing was told. */
function describedFacts({ manufacturer, model, family, firmware, via }: Device): [string, string][] {
  const facts: [string, string | null][] = [
    ['Model', [manufacturer, model].filter(Boolean).join(' ') || null],
    ['Family', family],
    ['Firmware', firmware],
    ['Through', via],
  ];
  return facts.flatMap(([name, value]) => (value === null ? [] : [[name, value]]));
}

function credentialsText({ registered, disabled }: Device): string {
  if (!registered) return 'Not registered';
  return disabled ? 'Registered, disabled' : 'Registered';
}

function getStyles(theme: GrafanaTheme2) {
  return {
    facts: css({ margin: 0 }),
    fact: css({
      display: 'grid',
      gridTemplateColumns: '110px minmax(0, 1fr)',
      gap: theme.spacing(1),
      padding: theme.spacing(1, 0),
      borderBottom: `1px solid ${theme.colors.border.weak}`,
      dt: { color: theme.colors.text.secondary, fontWeight: theme.typography.fontWeightRegular },
      dd: { margin: 0, overflowWrap: 'anywhere' },
    }),
  };
}
