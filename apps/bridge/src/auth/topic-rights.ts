import type { DevicePolicy } from '@fieldstream/config';

/**
 * Whether a client may publish to a topic, as a message or as a will. Under `registered` a device writes
 * `devices/<own ID>/…` only. What belongs to the server is refused to all elsewhere.
 */
export function mayPublish(policy: DevicePolicy, deviceId: string | undefined, topic: string): boolean {
  if (policy === 'open') return true;
  return deviceId !== undefined && isBelow(`devices/${deviceId}/`, topic);
}

/**
 * Whether a client may subscribe to a topic filter, and whether it is sent what comes on a topic. Under `registered` a
 * device reads `devices/<own ID>/…` and `alerts/<own ID>/…` only; no wildcard of it reaches beyond, because both levels
 * before it are spelled out.
 */
export function mayRead(policy: DevicePolicy, deviceId: string | undefined, filterOrTopic: string): boolean {
  if (policy === 'open') return true;
  if (deviceId === undefined) return false;
  return isBelow(`devices/${deviceId}/`, filterOrTopic) || isBelow(`alerts/${deviceId}/`, filterOrTopic);
}

function isBelow(prefix: string, topic: string): boolean {
  return topic.length > prefix.length && topic.startsWith(prefix);
}
