import { css } from '@emotion/css';
import { Button, Checkbox, useStyles2 } from '@grafana/ui';
import { Link } from 'react-router';
import type { Schema } from '../../client/api.js';
import { isSnoozed } from './alert-filters.js';
import type { Acting } from './alert-acting.js';
import { AlertStatus } from './alert-status.js';
import { Cell } from './cell.js';
import { getListStyles } from './list-styles.js';
import { Ago, Moment, Span } from './moment.js';
import { SeverityBadge } from './severity-badge.js';
import { SnoozeButton } from './snooze-button.js';

type Alert = Schema<'Alert'>;

/** What a person has ticked, and what may be done; not given where alerts are only looked at. */
export interface AlertChoice extends Acting {
  readonly chosen: ReadonlySet<string>;
  readonly choose: (alertIds: readonly string[], isChosen: boolean) => void;
}

/** Alerts, one a row; on a phone one a card. */
export function AlertTable(props: {
  readonly alerts: readonly Alert[];
  readonly nowMs: number;
  /** What the table holds, for screen readers. */
  readonly caption: string;
  readonly choice?: AlertChoice;
}) {
  const { alerts, nowMs, caption, choice } = props;
  const styles = useStyles2(getListStyles);
  const own = useStyles2(getStyles);
  const ids = alerts.map(({ alertId }) => alertId);
  const chosenHere = choice === undefined ? 0 : ids.filter((id) => choice.chosen.has(id)).length;
  return (
    <table className={styles.table}>
      <caption className={own.hidden}>{caption}</caption>
      <thead>
        <tr>
          {choice === undefined ? null : (
            <th scope="col" className={own.tick}>
              <Checkbox
                // It does not leave the mixed state by itself.
                key={chosenHere > 0 && chosenHere < ids.length ? 'mixed' : 'plain'}
                aria-label={`Choose all of ${caption}`}
                value={chosenHere > 0 && chosenHere === ids.length}
                indeterminate={chosenHere > 0 && chosenHere < ids.length}
                onChange={(event) => choice.choose(ids, event.currentTarget.checked)}
              />
            </th>
          )}
          <th scope="col">Severity</th>
          <th scope="col">Alert</th>
          <th scope="col">Device</th>
          <th scope="col">Value</th>
          <th scope="col">{choice === undefined ? 'Fired' : 'Since'}</th>
          {choice === undefined ? <th scope="col">Lasted</th> : null}
          <th scope="col">State</th>
          {choice === undefined ? null : <th scope="col">Actions</th>}
        </tr>
      </thead>
      <tbody>
        {alerts.map((alert) => (
          <AlertRow key={alert.alertId} alert={alert} nowMs={nowMs} choice={choice} />
        ))}
      </tbody>
    </table>
  );
}

function AlertRow(props: {
  readonly alert: Alert;
  readonly nowMs: number;
  readonly choice: AlertChoice | undefined;
}) {
  const { alert, nowMs, choice } = props;
  const styles = useStyles2(getListStyles);
  const { alertId, ruleName, deviceId, metric } = alert;
  const what = `${ruleName} of ${deviceId}`;
  return (
    <tr>
      {choice === undefined ? null : (
        <Cell>
          <Checkbox
            aria-label={`Choose ${what}`}
            value={choice.chosen.has(alertId)}
            onChange={(event) => choice.choose([alertId], event.currentTarget.checked)}
          />
        </Cell>
      )}
      <Cell label="Severity">
        <SeverityBadge severity={alert.severity} />
      </Cell>
      <Cell label="Alert">
        <div>
          <Link className={styles.strong} to={`/alerts/${encodeURIComponent(alertId)}`}>
            {ruleName}
          </Link>
          <div className={styles.secondary}>{shortSummary(alert)}</div>
        </div>
      </Cell>
      <Cell label="Device">
        <div>
          <Link className={styles.link} to={`/devices/${encodeURIComponent(deviceId)}`}>
            {deviceId}
          </Link>
          {metric === '' ? null : <div className={styles.secondary}>{metric}</div>}
        </div>
      </Cell>
      <Cell label="Value" className={styles.number}>
        {valueText(alert)}
      </Cell>
      <Cell label={choice === undefined ? 'Fired' : 'Since'} className={styles.number}>
        {choice === undefined ? <Moment time={alert.firedAt} /> : <Ago time={alert.firedAt} nowMs={nowMs} />}
      </Cell>
      {choice === undefined ? (
        <Cell label="Lasted" className={styles.number}>
          <Span from={alert.firedAt} to={alert.resolvedAt} nowMs={nowMs} />
        </Cell>
      ) : null}
      <Cell label="State">
        <div className={styles.badges}>
          <AlertStatus alert={alert} nowMs={nowMs} />
        </div>
      </Cell>
      {choice === undefined ? null : (
        <Cell>
          <AlertButtons alert={alert} nowMs={nowMs} act={choice.act} isActing={choice.isActing} size="sm" />
        </Cell>
      )}
    </tr>
  );
}

/** What can be done to one open alert. */
export function AlertButtons(props: {
  readonly alert: Alert;
  readonly nowMs: number;
  readonly act: Acting['act'];
  readonly isActing: boolean;
  readonly size?: 'sm' | 'md';
}) {
  const { alert, nowMs, act, isActing, size = 'md' } = props;
  const styles = useStyles2(getListStyles);
  const ids = [alert.alertId];
  const what = `${alert.ruleName} of ${alert.deviceId}`;
  return (
    <div className={styles.actions}>
      {alert.acknowledgedAt === null ? (
        <Button
          size={size}
          variant="secondary"
          icon="eye"
          disabled={isActing}
          aria-label={`Acknowledge ${what}`}
          onClick={() => act({ do: 'acknowledge' }, ids)}
        >
          Acknowledge
        </Button>
      ) : null}
      {isSnoozed(alert, nowMs) ? (
        <Button
          size={size}
          variant="secondary"
          icon="bell"
          disabled={isActing}
          aria-label={`End the snooze of ${what}`}
          onClick={() => act({ do: 'unsnooze' }, ids)}
        >
          End snooze
        </Button>
      ) : (
        <SnoozeButton
          size={size}
          what={what}
          isDisabled={isActing}
          onSnooze={(untilMs) => act({ do: 'snooze', untilMs }, ids)}
        />
      )}
    </div>
  );
}

/** What made it fire: the number or the text. */
export function valueText({ value, text }: Pick<Alert, 'value' | 'text'>): string {
  if (text !== null) return text;
  return value === null ? '–' : String(Number(value.toPrecision(6)));
}

/** The summary without the rule's name, which stands above it. */
export function shortSummary({ summary, ruleName }: Pick<Alert, 'summary' | 'ruleName'>): string {
  return summary.startsWith(`${ruleName}: `) ? summary.slice(ruleName.length + 2) : summary;
}

function getStyles() {
  return {
    hidden: css({ position: 'absolute', width: 1, height: 1, overflow: 'hidden', clipPath: 'inset(50%)' }),
    tick: css({ width: 40 }),
  };
}
