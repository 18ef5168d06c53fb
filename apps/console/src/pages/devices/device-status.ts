import type { Schema } from '../../client/api.js';

/** A device that reported nothing for so long is silent; as in the fleet's dashboard. */
export const SILENT_AFTER_MS = 15 * 60 * 1000;

/** What a device is doing, in one word. */
export type DeviceStatus = 'online' | 'sleeping' | 'silent' | 'offline' | 'disabled' | 'waiting';

export const STATUS_TEXTS: Readonly<
  Record<DeviceStatus, { readonly text: string; readonly meaning: string }>
> = {
  online: { text: 'Online', meaning: 'It reported within the last 15 minutes.' },
  sleeping: { text: 'Sleeping', meaning: 'It is away, as usual between two reports, and is expected back.' },
  silent: {
    text: 'Silent',
    meaning: 'It has reported nothing for 15 minutes, and never said that it leaves.',
  },
  offline: {
    text: 'Offline',
    meaning: 'It said so, its connection has ended, or its next report is overdue.',
  },
  disabled: { text: 'Disabled', meaning: 'Its credentials are refused until it is enabled again.' },
  waiting: { text: 'Waiting', meaning: 'Nothing has come from it yet.' },
};

/** What a device is doing at `nowMs`, out of what the API tells of it. */
export function statusOf(
  device: Pick<Schema<'Device'>, 'presence' | 'lastSeen' | 'disabled'>,
  nowMs: number,
): DeviceStatus {
  if (device.disabled) return 'disabled';
  if (device.presence === 'offline') return 'offline';
  if (device.presence === 'sleeping') return 'sleeping';
  if (device.lastSeen === null) return 'waiting';
  return nowMs - Date.parse(device.lastSeen) > SILENT_AFTER_MS ? 'silent' : 'online';
}
