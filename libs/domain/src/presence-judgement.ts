import { LEARNING } from './alerts/absence.js';
import type { PresenceState } from './presence.js';

/** What is known of a device, out of which its presence is judged. Times are epoch milliseconds. */
export interface PresenceFacts {
  /** The newest change of a connection of its own; a device behind a gateway has none. */
  readonly connection?: { readonly isOpen: boolean; readonly atMs: number } | undefined;
  /** What it, its will or its gateway said last. */
  readonly word?: { readonly state: PresenceState; readonly atMs: number } | undefined;
  /** When its newest reading was received. */
  readonly heardMs?: number | undefined;
  /** The usual distance between its reports, once it is known. */
  readonly usualMs?: number | undefined;
  /** Where the gateway through which it speaks is offline: since when. */
  readonly gatewayOfflineSinceMs?: number | undefined;
}

export interface PresenceJudgement {
  readonly state: PresenceState;
  /** Since when, as far as is known; of a device that is gone, the last sign of it. */
  readonly sinceMs: number;
  /** When it is to be judged again although nothing was heard. */
  readonly dueMs?: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** How long nothing may be heard of a device. */
export const PATIENCE = {
  /** So many times its usual distance between reports. */
  factor: LEARNING.factor,
  /** Never shorter: what is judged more often costs more than it tells. */
  minMs: 5 * MINUTE_MS,
  maxMs: 30 * 24 * HOUR_MS,
  /** Of a device whose rhythm is not known yet. */
  unknownMs: HOUR_MS,
  /** The same, where it said that it sleeps. */
  sleepMs: 24 * HOUR_MS,
} as const;

/** How long nothing may be heard of a device with this usual distance between its reports. */
export function patienceMs(usualMs: number | undefined): number {
  if (usualMs === undefined) return PATIENCE.unknownMs;
  return Math.min(Math.max(PATIENCE.factor * usualMs, PATIENCE.minMs), PATIENCE.maxMs);
}

/**
 * Whether a device is there. Connected, or heard in its usual rhythm without a connection of its own: online. Its
 * connection ended, or it said that it sleeps, and its next report is not overdue: sleeping. Said to be offline, by its
 * will, itself or its gateway, and not heard since; or overdue; or not connected and without a known rhythm: offline. A
 * gateway that is offline takes those with it who were not heard since.
 * @returns undefined where nothing is known
 */
export function judgePresence(facts: PresenceFacts, nowMs: number): PresenceJudgement | undefined {
  const { connection, word, heardMs = -Infinity, usualMs, gatewayOfflineSinceMs } = facts;
  const connectionMs = connection?.atMs ?? -Infinity;
  const wordMs = word?.atMs ?? -Infinity;
  const lastSignMs = Math.max(heardMs, connectionMs, wordMs);
  if (lastSignMs === -Infinity) return undefined;
  const offline = { state: 'offline', sinceMs: lastSignMs } as const;

  const isConnected = connection?.isOpen === true;
  const saidOffline = word?.state === 'offline';
  const aliveMs = Math.max(heardMs, isConnected ? connectionMs : -Infinity, saidOffline ? -Infinity : wordMs);
  if (saidOffline && wordMs >= aliveMs) return offline;
  if (gatewayOfflineSinceMs !== undefined && gatewayOfflineSinceMs >= aliveMs) return offline;

  const saysSleeping = word?.state === 'sleeping' && wordMs >= Math.max(heardMs, connectionMs);
  if (isConnected && !saysSleeping) return { state: 'online', sinceMs: connectionMs };
  const hasLeft = connection?.isOpen === false && connectionMs >= aliveMs;
  // Whoever says `online` promises to say `offline`; only a rhythm that is known to be broken tells otherwise.
  if (word?.state === 'online' && !hasLeft && usualMs === undefined) {
    return { state: 'online', sinceMs: wordMs };
  }
  if (hasLeft && usualMs === undefined && !saysSleeping) return offline;

  const patience = saysSleeping && usualMs === undefined ? PATIENCE.sleepMs : patienceMs(usualMs);
  const leftMs = Math.max(aliveMs, connectionMs);
  const dueMs = leftMs + patience;
  if (nowMs >= dueMs) return offline;
  return saysSleeping || hasLeft
    ? { state: 'sleeping', sinceMs: leftMs, dueMs }
    : { state: 'online', sinceMs: aliveMs, dueMs };
}
