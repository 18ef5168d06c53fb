/** Whether a device says, or its connection shows, that it is there. */
export type PresenceState = 'online' | 'offline';
