import type { PresenceState } from '@fieldstream/domain';
import { toDatabaseError } from './database-error.js';
import type { Queryable } from './queryable.js';

/** What is known last of a series, or of a device's connection. */
export interface LastObservation {
  readonly deviceId: string;
  /** Empty for a connection. */
  readonly metric: string;
  readonly timeMs: number;
  readonly value: number | string;
}

/** Newest value of each series that had one since a time. @throws DatabaseError */
export async function readLastReadings(client: Queryable, sinceMs: number): Promise<LastObservation[]> {
  try {
    const { rows } = await client.query<{
      device_id: string;
      metric: string;
      time: Date;
      value: number | null;
      text: string | null;
    }>('SELECT device_id, metric, time, value, text FROM latest WHERE time >= $1', [new Date(sinceMs)]);
    return rows.map(({ device_id: deviceId, metric, time, value, text }) => ({
      deviceId,
      metric,
      timeMs: time.getTime(),
      // The number of a state such as ON stands beside its text; kinds that compare numbers know the text as well.
      value: text ?? value ?? '',
    }));
  } catch (error) {
    throw toDatabaseError(error, 'reading the latest values');
  }
}

/**
 * What each device, of which anything was said since a time, is said to be: by its newest event, as rules take it, and
 * not as presence is judged. @throws DatabaseError
 */
export async function readLastPresence(client: Queryable, sinceMs: number): Promise<LastObservation[]> {
  try {
    const { rows } = await client.query<{ device_id: string; said_presence: PresenceState; said_at: Date }>(
      'SELECT device_id, said_presence, said_at FROM device WHERE said_at >= $1 AND said_presence IS NOT NULL',
      [new Date(sinceMs)],
    );
    return rows.map(({ device_id: deviceId, said_presence: presence, said_at: at }) => ({
      deviceId,
      metric: '',
      timeMs: at.getTime(),
      value: presence,
    }));
  } catch (error) {
    throw toDatabaseError(error, 'reading the presence of devices');
  }
}
