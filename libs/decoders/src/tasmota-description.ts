import type { DeviceDescription } from '@fieldstream/domain';
import type { DecodeResult, PublishInput } from './decoder.js';
import { defined, describable } from './describable.js';
import { badDeviceId } from './device-id.js';
import { arrayOf, objectOf, textOf } from './json-shape.js';
import { payloadJson, toldOnly } from './payload-json.js';
import { placeOfLayout } from './tasmota-topic.js';

/** What `INFO1`, `STATUS` and `STATUS2` say of the device; all others say nothing that is kept. */
export function describeByAnswer(
  about: DeviceDescription,
  message: Readonly<Record<string, unknown>>,
): DecodeResult {
  // Since 9.5 the message has its own name around it.
  const info = objectOf(message.Info1) ?? message;
  const status = objectOf(message.Status);
  const known = defined({
    name: describable(status?.DeviceName) ?? describable(arrayOf(status?.FriendlyName)[0]),
    model: describable(info.Module),
    firmware: describable(info.Version) ?? describable(objectOf(message.StatusFWR)?.Version),
  });
  return toldOnly({ descriptions: Object.keys(known).length > 0 ? [{ ...about, ...known }] : [] });
}

/** `tasmota/discovery/<MAC>/config` (https://tasmota.github.io/docs/Discovery/); `…/sensors` repeats what `SENSOR` says. */
export function describeByDiscovery({ levels, payload }: PublishInput): DecodeResult {
  const json = levels[3] === 'config' ? payloadJson(payload) : undefined;
  const config = json && 'value' in json ? objectOf(json.value) : undefined;
  const [topic, layout] = [textOf(config?.t), textOf(config?.ft)];
  const place = topic !== undefined && layout !== undefined ? placeOfLayout(layout, topic) : undefined;
  if (!config || !place) return { kind: 'ignored' };
  const { deviceId, address } = place;
  const fault = badDeviceId(deviceId);
  if (fault) return fault;
  const known = defined({
    name: describable(config.dn),
    model: describable(config.md),
    firmware: describable(config.sw),
  });
  return toldOnly({ descriptions: [{ deviceId, family: 'tasmota', ...known, address }] });
}
