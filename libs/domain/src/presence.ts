/** What a device says, or its connection shows: whether it is there. */
export type PresenceState = 'online' | 'offline' | 'sleeping';

/** What somebody said of the presence of one device. */
export interface DevicePresence {
  readonly deviceId: string;
  readonly state: PresenceState;
}
