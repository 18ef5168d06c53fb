import type { CommandAnswer, DeviceDescription, DevicePresence } from '@fieldstream/domain';
import { encodeDeviceEvent } from './device-event-record.js';

/** What a publish said besides readings. */
export interface DeviceSaid {
  readonly presence?: readonly DevicePresence[];
  readonly descriptions?: readonly DeviceDescription[];
  readonly answers?: readonly CommandAnswer[];
}

/** The records of `device.events` for it: key and value, in this order: descriptions, presence, answers. */
export function encodeSaid(
  { presence = [], descriptions = [], answers = [] }: DeviceSaid,
  timeMs: number,
  clientId: string | undefined,
): { readonly key: string; readonly value: Buffer }[] {
  const client = clientId === undefined ? {} : { clientId };
  return [
    ...descriptions.map((description) => ({
      key: description.deviceId,
      value: encodeDeviceEvent({ kind: 'description', timeMs, ...description }),
    })),
    ...presence.map(({ deviceId, state }) => ({
      key: deviceId,
      value: encodeDeviceEvent({ kind: 'device', type: state, deviceId, timeMs, ...client }),
    })),
    ...answers.map(({ deviceId, commandId, outcome, text: answer }) => ({
      key: deviceId,
      value: encodeDeviceEvent({
        kind: 'command',
        status: 'answered',
        commandId,
        deviceId,
        timeMs,
        ...(outcome === undefined ? {} : { outcome }),
        ...(answer === undefined ? {} : { answer }),
      }),
    })),
  ];
}
