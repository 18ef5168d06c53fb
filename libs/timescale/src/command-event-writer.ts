import { timestamptzArray } from './binary-array.js';
import type { Queryable } from './queryable.js';

/** What a bridge says has become of a command. */
export interface CommandEventRow {
  readonly commandId: string;
  readonly deviceId: string;
  readonly status: 'delivered' | 'answered';
  readonly timeMs: number;
  readonly outcome?: 'ok' | 'error' | undefined;
  readonly answer?: string | undefined;
}

/**
 * Writes what became of commands, in the order of the log. A status moves forward only, and of several events of one kind
 * the first one stays, so that writing them again changes nothing; an event of an unknown command is left out.
 *
 * MUST run inside the transaction that moves the offset.
 */
export async function writeCommandEvents(
  client: Queryable,
  events: readonly CommandEventRow[],
): Promise<void> {
  const delivered = events.filter(({ status }) => status === 'delivered');
  const answered = events.filter(({ status }) => status === 'answered');
  if (delivered.length > 0) await client.query(DELIVERED, columns(delivered));
  if (answered.length > 0) {
    await client.query(ANSWERED, [
      ...columns(answered),
      answered.map(({ outcome }) => outcome ?? null),
      answered.map(({ answer }) => answer ?? null),
    ]);
  }
}

function columns(events: readonly CommandEventRow[]): unknown[] {
  return [
    timestamptzArray(events.length, (index) => events[index]?.timeMs ?? 0),
    events.map(({ commandId }) => commandId),
    events.map(({ deviceId }) => deviceId),
  ];
}

// A command can be delivered in the very moment in which somebody cancels it: what happened counts.
const DELIVERED = `
  UPDATE device_command c SET delivered_at = e.time, status = CASE c.status WHEN 'answered' THEN c.status ELSE 'delivered' END
  FROM (SELECT DISTINCT ON (command_id) * FROM unnest($1::timestamptz[], $2::uuid[], $3::text[])
          WITH ORDINALITY AS e (time, command_id, device_id, ordinal) ORDER BY command_id, ordinal) e
  WHERE c.command_id = e.command_id AND c.device_id = e.device_id AND c.delivered_at IS NULL`;

const ANSWERED = `
  UPDATE device_command c SET answered_at = e.time, outcome = e.outcome, answer = e.answer, status = 'answered'
  FROM (SELECT DISTINCT ON (command_id) *
        FROM unnest($1::timestamptz[], $2::uuid[], $3::text[], $4::text[], $5::text[])
          WITH ORDINALITY AS e (time, command_id, device_id, outcome, answer, ordinal) ORDER BY command_id, ordinal) e
  WHERE c.command_id = e.command_id AND c.device_id = e.device_id AND c.answered_at IS NULL`;
