import { COMMAND_LIMITS } from '@fieldstream/domain';

/** Whom a command is for, as the platform knows the device. */
export interface CommandTarget {
  readonly deviceId: string;
  /** Name of the decoder that described it; null where none did. */
  readonly family: string | null;
  /** `DeviceDescription.address`. */
  readonly address: string | null;
}

export interface CommandDraft {
  readonly commandId: string;
  readonly name?: string | undefined;
  /** JSON; a text is sent as it is to families whose payloads are texts. */
  readonly payload?: unknown;
  /** Epoch milliseconds. */
  readonly expiresAtMs: number;
}

/** A command as it is published. */
export interface CommandMessage {
  readonly topic: string;
  readonly payload: string;
  /** What the topic begins with, and the filter of the device's own client too (`CommandRecord.scope`). */
  readonly scope: string;
}

/** Why a command cannot be given to a device. */
export interface CommandRefusal {
  readonly field: 'name' | 'payload';
  readonly fault: string;
}

type Write = (address: string, draft: CommandDraft, target: CommandTarget) => CommandMessage | CommandRefusal;

/**
 * Where each family listens, from the documentation of each:
 * https://tasmota.github.io/docs/MQTT/, https://www.zigbee2mqtt.io/guide/usage/mqtt_topics_and_messages.html,
 * https://shelly-api-docs.shelly.cloud/gen1/#mqtt-support, https://shelly-api-docs.shelly.cloud/gen2/General/RPCChannels#mqtt,
 * https://esphome.io/components/mqtt/, https://homieiot.github.io/specification/.
 */
const FAMILIES: ReadonlyMap<string, Write> = new Map<string, Write>([
  ['tasmota', writeTasmota],
  ['zigbee2mqtt', writeZigbee2Mqtt],
  ['shelly-gen1', writeShellyGen1],
  ['shelly-gen2', writeShellyGen2],
  ['esphome', writeEspHome],
  ['homie', writeHomie],
]);

/** What is published for a command, in the terms of the device's family; a family without terms of its own gets the native form. */
export function commandMessage(target: CommandTarget, draft: CommandDraft): CommandMessage | CommandRefusal {
  const fault = draft.name === undefined ? undefined : nameFault(draft.name);
  if (fault !== undefined) return { field: 'name', fault };
  const write = target.family === null ? undefined : FAMILIES.get(target.family);
  const { address } = target;
  const message =
    write && address !== null && isTopicPart(address)
      ? write(address, draft, target)
      : writeNative(draft, target);
  if (!('payload' in message)) return message;
  const bytes = Buffer.byteLength(message.payload);
  if (bytes <= COMMAND_LIMITS.messageBytes) return message;
  return {
    field: 'payload',
    fault: `makes a message of ${bytes} bytes, at most ${COMMAND_LIMITS.messageBytes} are taken`,
  };
}

function writeNative(
  { commandId, name, payload, expiresAtMs }: CommandDraft,
  { deviceId }: CommandTarget,
): CommandMessage {
  const expiresAt = new Date(expiresAtMs).toISOString();
  const scope = `devices/${deviceId}/`;
  return {
    topic: `${scope}commands`,
    scope,
    payload: JSON.stringify({ commandId, name, payload, expiresAt }),
  };
}

/** `cmnd/<topic>/<command>`; an empty payload asks for the present value. Of another layout the address has all levels. */
function writeTasmota(address: string, { name, payload }: CommandDraft): CommandMessage | CommandRefusal {
  if (name === undefined) return missing('a Tasmota command, such as POWER');
  const scope = address.split('/').includes('cmnd') ? `${address}/` : `cmnd/${address}/`;
  return { topic: scope + name, scope, payload: asText(payload) };
}

/** `<base>/<friendly name>/set`, with an attribute below it if one is named. The bridge itself subscribes to `<base>/#`. */
function writeZigbee2Mqtt(
  address: string,
  draft: CommandDraft,
  target: CommandTarget,
): CommandMessage | CommandRefusal {
  const { name, payload } = draft;
  const scope = address.slice(0, address.indexOf('/') + 1);
  if (scope === '') return writeNative(draft, target);
  if (name !== undefined) return { topic: `${address}/set/${name}`, scope, payload: asText(payload) };
  if (typeof payload === 'object' && payload !== null && !Array.isArray(payload)) {
    return { topic: `${address}/set`, scope, payload: JSON.stringify(payload) };
  }
  return {
    field: 'payload',
    fault: 'must be an object of attributes, such as {"state": "ON"}; or name the attribute',
  };
}

/** `<prefix>/<channel>/command`, e.g. of `relay/0`; `light/0/set` and others in full. */
function writeShellyGen1(address: string, { name, payload }: CommandDraft): CommandMessage {
  const path = name === undefined ? 'command' : /\/(command|set)$/.test(name) ? name : `${name}/command`;
  return { topic: `${address}/${path}`, scope: `${address}/`, payload: asText(payload) };
}

/** A request frame on `<prefix>/rpc`. The device answers on `<src>/rpc`. */
function writeShellyGen2(
  address: string,
  { commandId, name: method, payload: params }: CommandDraft,
  { deviceId }: CommandTarget,
): CommandMessage | CommandRefusal {
  if (method === undefined) return missing('a method, such as Switch.Set');
  if (params !== undefined && (typeof params !== 'object' || params === null || Array.isArray(params))) {
    return { field: 'payload', fault: 'must be an object: the parameters of the method' };
  }
  const src = `devices/${deviceId}/commands/${commandId}`;
  return {
    topic: `${address}/rpc`,
    scope: `${address}/`,
    payload: JSON.stringify({ id: commandId, src, method, params }),
  };
}

/** `<prefix>/<component>/<object>/command`. */
function writeEspHome(address: string, { name, payload }: CommandDraft): CommandMessage | CommandRefusal {
  if (name === undefined) return missing('<component>/<object>, such as switch/relay');
  return { topic: `${address}/${name}/command`, scope: `${address}/`, payload: asText(payload) };
}

/** `homie/<device>/<node>/<property>/set`, in version 5 `homie/5/<device>/…`. */
function writeHomie(address: string, { name, payload }: CommandDraft): CommandMessage | CommandRefusal {
  if (name === undefined) return missing('<node>/<property>, such as light/power');
  return { topic: `${address}/${name}/set`, scope: `${address}/`, payload: asText(payload) };
}

function missing(what: string): CommandRefusal {
  return { field: 'name', fault: `is missing: a device of this family is told ${what}` };
}

function asText(payload: unknown): string {
  if (payload === undefined) return '';
  return typeof payload === 'string' ? payload : JSON.stringify(payload);
}

function nameFault(name: string): string | undefined {
  if (isTopicPart(name)) return undefined;
  return 'must be 1 or more topic levels without wildcards, none of them empty';
}

function isTopicPart(text: string): boolean {
  return (
    text.isWellFormed() &&
    !/[+#\u0000-\u001f\u007f]/.test(text) &&
    text.split('/').every((level) => level !== '')
  );
}
