import type { Schema } from '../../client/api.js';
import { momentText } from './moment-text.js';

type Event = Schema<'AlertEvent'>;
type Notification = Schema<'AlertNotification'>;

/** An event of an alert, with who was told of it. */
export interface StoryLine {
  readonly event: Event;
  readonly told: readonly Notification[];
}

/** What happened to an alert, the newest first. */
export function storyOf(alert: Pick<Schema<'AlertDetails'>, 'events' | 'notifications'>): StoryLine[] {
  return alert.events
    .map((event) => ({
      event,
      told: alert.notifications.filter(({ sequence }) => sequence === event.sequence),
    }))
    .toSorted((a, b) => b.event.sequence - a.event.sequence);
}

/** What an event was, in words. */
export function eventText({ transition, severity, value, actor, detail }: Event): string {
  const at = value === null ? '' : ` at ${Number(value.toPrecision(6))}`;
  const by = actor === null || actor === '' ? '' : ` by ${actor}`;
  switch (transition) {
    case 'firing':
      return `Fired${at}${severity === null ? '' : ` as ${severity}`}`;
    case 'severity':
      return `Became ${severity ?? 'of another severity'}${at}`;
    case 'acknowledged':
      return `Acknowledged${by}`;
    case 'snoozed':
      return `Snoozed${by}${untilText(detail)}`;
    case 'unsnoozed':
      return actor === null || actor === '' ? 'The snooze was over' : `Snooze ended${by}`;
    case 'resolved':
      return `Resolved${at}${detail === null ? '' : `: ${detail}`}`;
  }
}

/** The detail of a snooze is `until <time>`. */
function untilText(detail: string | null): string {
  const time = Date.parse(detail?.replace(/^until /, '') ?? '');
  return Number.isNaN(time) ? '' : ` until ${momentText(time)}`;
}

const REASONS: Readonly<Record<string, string>> = {
  'rule-changed': 'the rule was changed',
  'rule-disabled': 'the rule was disabled',
  'rule-deleted': 'the rule was deleted',
  'device-changed': 'the labels of the device no longer fit the rule',
};

/** Why an alert was resolved, in words. */
export function reasonText(resolvedBy: string | null): string {
  return REASONS[resolvedBy ?? ''] ?? 'the condition cleared';
}

/** Who was told, and what came of it, in words. */
export function toldText({
  receiver,
  channelId,
  attempts,
  deliveredAt,
  failedAt,
  lastError,
}: Notification): string {
  const who = receiver === 'stream' ? 'MQTT and the console' : `channel ${channelId ?? ''}`;
  const tries = attempts > 1 ? `, at attempt ${attempts}` : '';
  if (deliveredAt !== null) return `${who}: told ${momentText(deliveredAt)}${tries}`;
  const why = lastError === null ? '' : `: ${lastError}`;
  if (failedAt !== null) return `${who}: given up ${momentText(failedAt)}${why}`;
  return attempts === 0 ? `${who}: waits` : `${who}: tried ${attempts} times${why}`;
}
