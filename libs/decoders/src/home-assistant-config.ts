import { LIMITS } from '@fieldstream/domain';
import { defined, describable } from './describable.js';
import { deviceIdOf } from './device-id.js';
import { fullDeviceKeys, fullKeys, type FullKeys } from './home-assistant-keys.js';
import { parseHomeAssistantTemplate } from './home-assistant-template.js';
import { arrayOf, objectOf, textOf } from './json-shape.js';
import { unitOf } from './metric-facts.js';

/** One value that a state topic carries. */
export interface HomeAssistantValue {
  readonly topic: string;
  readonly metric: string;
  /** Absent: the payload is the value. */
  readonly template?: string;
  /** The payload is an object of values (lights with `schema: json`, vacuums, events). */
  readonly isObject?: boolean;
  /** A text that is a number is one; with a unit, anything else is no value. */
  readonly isNumber?: boolean;
  readonly unit?: string;
  readonly deviceClass?: string;
  readonly name?: string;
  readonly on?: string;
  readonly off?: string;
}

/** A topic that tells whether the device is there. */
export interface HomeAssistantAvailability {
  readonly topic: string;
  readonly template?: string;
  readonly available: string;
  readonly notAvailable: string;
}

/** What a discovery payload announces. */
export interface HomeAssistantDevice {
  readonly deviceId: string;
  readonly identifiers: readonly string[];
  readonly about: Readonly<Record<string, string>>;
  readonly values: readonly HomeAssistantValue[];
  readonly availability: readonly HomeAssistantAvailability[];
}

const MAX_COMPONENTS = 512;
const MAX_TOPIC = 512;
const MAX_TEMPLATE = 512;

/** Components that report nothing that could be stored. */
const WITHOUT_STATE: ReadonlySet<string> = new Set([
  'button',
  'camera',
  'device_automation',
  'image',
  'notify',
  'scene',
  'tag',
]);
/** Components whose state topic carries an object. */
const WITH_OBJECT: ReadonlySet<string> = new Set(['event', 'siren', 'update', 'vacuum']);
/** Topics of a component besides `…_state_topic`: the metric's suffix is what stands before `_topic`. */
const OTHER_TOPICS: ReadonlySet<string> = new Set([
  'action_topic',
  'battery_level_topic',
  'current_humidity_topic',
  'current_temperature_topic',
  'latest_version_topic',
  'position_topic',
  'tilt_status_topic',
]);

/**
 * Reads a discovery payload: of one component (`<prefix>/<component>/[<node>/]<object>/config`), or of a device with all its
 * components (`<prefix>/device/<object>/config`). What cannot be understood of it (a template, a component) is left out.
 *
 * @param levels The topic's levels after the prefix and before `config`.
 */
export function readHomeAssistantConfig(
  levels: readonly string[],
  payload: unknown,
): HomeAssistantDevice | undefined {
  const object = objectOf(payload);
  const component = levels[0] ?? '';
  const objectId = levels.at(-1) ?? '';
  if (!object || objectId === '') return undefined;
  const config = fullKeys(object);
  const device = fullDeviceKeys(config['device']);
  const identifiers = identifiersOf(device);
  const node = levels.length > 2 ? levels[1] : undefined;
  const deviceId = deviceIdOf(identifiers[0] ?? node ?? textOf(config['unique_id']) ?? objectId);
  const configs: [string, string, FullKeys][] =
    component === 'device'
      ? componentsOf(config, object['~'])
      : [[component, shortName(objectId, [deviceId, ...identifiers]), config]];
  const via = textOf(device['via_device']);
  return {
    deviceId,
    identifiers,
    about: defined({
      name: describable(device['name']) ?? (identifiers.length > 0 ? undefined : describable(config['name'])),
      manufacturer: describable(device['manufacturer']),
      model: describable(device['model']),
      firmware: describable(device['sw_version']),
      gatewayId: via === undefined ? undefined : deviceIdOf(via),
    }),
    values: configs.flatMap(([kind, name, full]) => valuesOf(kind, name, full)),
    availability: configs.length === 0 ? [] : availabilityOf(configs.map(([, , full]) => full)),
  };
}

/** The components of a device; what the device says for all of them goes into each. */
function componentsOf(config: FullKeys, base: unknown): [string, string, FullKeys][] {
  const { components, device: _device, origin: _origin, name: _name, ...shared } = config;
  const entries = Object.entries(objectOf(components) ?? {}).slice(0, MAX_COMPONENTS);
  return entries.map(([key, component]) => {
    const full = { ...shared, ...fullKeys(component, base) };
    return [textOf((full as FullKeys)['platform']) ?? '', key, full];
  });
}

function identifiersOf(device: FullKeys): string[] {
  const { identifiers, connections } = device;
  const all = Array.isArray(identifiers) ? arrayOf(identifiers) : [identifiers];
  // Without identifiers a connection, such as its MAC address, is what tells a device from others.
  const connected = arrayOf(connections).map((connection) => arrayOf(connection)[1]);
  return [...all, ...connected].flatMap((id) =>
    typeof id === 'number' ? [String(id)] : typeof id === 'string' && id !== '' ? [id] : [],
  );
}

/** The object ID without the device's own, which many put in front of it. */
function shortName(objectId: string, prefixes: readonly string[]): string {
  for (const prefix of prefixes) {
    if (!objectId.toLowerCase().startsWith(prefix.toLowerCase())) continue;
    const rest = objectId.slice(prefix.length).replace(/^[-_:. ]+/, '');
    if (rest !== '') return rest;
  }
  return objectId;
}

function valuesOf(component: string, name: string, config: FullKeys): HomeAssistantValue[] {
  if (WITHOUT_STATE.has(component) || name === '') return [];
  const values: HomeAssistantValue[] = [];
  for (const [key, topic] of Object.entries(config)) {
    const isState = key === 'state_topic';
    if (!isState && !key.endsWith('_state_topic') && !OTHER_TOPICS.has(key)) continue;
    if (typeof topic !== 'string' || topic === '' || topic.length > MAX_TOPIC) continue;
    const template = templateOf(config, key);
    if (template !== undefined && !parseHomeAssistantTemplate(template)) continue;
    const suffix = isState ? '' : `.${key.replace(/(?:_state)?_topic$/, '')}`;
    const isMain = isState || component === 'climate';
    values.push({
      topic,
      metric: (name + suffix).slice(0, LIMITS.metricNameLength),
      ...defined({
        template,
        unit: isState ? unitOf(config['unit_of_measurement']) : undefined,
        deviceClass: isState ? describable(config['device_class']) : undefined,
        name: isMain ? describable(config['name']) : undefined,
      }),
      ...(isState && template === undefined && carriesObject(component, config) ? { isObject: true } : {}),
      ...(isState && (component === 'sensor' || component === 'number') ? { isNumber: true } : {}),
      ...(isState ? wordsOf(config) : { isNumber: true }),
    });
  }
  return values;
}

function carriesObject(component: string, config: FullKeys): boolean {
  return WITH_OBJECT.has(component) || (component === 'light' && config['schema'] === 'json');
}

/** The template of a topic: its own name, or one of two that the components use. */
function templateOf(config: FullKeys, topicKey: string): string | undefined {
  const stem = topicKey.replace(/_topic$/, '');
  const short = stem.replace(/_state$/, '');
  const keys =
    topicKey === 'state_topic'
      ? ['value_template', 'state_value_template', 'state_template']
      : [`${stem}_template`, `${short}_value_template`, `${short}_template`];
  const template = keys.map((key) => config[key]).find((value) => value !== undefined && value !== null);
  if (template === undefined) return undefined;
  const text = typeof template === 'string' ? template : '';
  return text.length > MAX_TEMPLATE ? '' : text;
}

/** The words for on and off, where they are other than the usual ones. */
function wordsOf(config: FullKeys): { on?: string; off?: string } {
  const on = config['state_on'] ?? config['payload_on'];
  const off = config['state_off'] ?? config['payload_off'];
  return defined({ on: wordOf(on), off: wordOf(off) });
}

function wordOf(value: unknown): string | undefined {
  const word = plainWord(value);
  return word === undefined || /^(?:on|off)$/i.test(word) ? undefined : word;
}

function plainWord(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  const word = typeof value === 'string' ? value : JSON.stringify(value);
  return word === '' || word.length > 64 ? undefined : word;
}

function availabilityOf(configs: readonly FullKeys[]): HomeAssistantAvailability[] {
  const found = new Map<string, HomeAssistantAvailability>();
  for (const config of configs) {
    const list = Array.isArray(config['availability'])
      ? arrayOf(config['availability'])
      : [config['availability']];
    const entries = [
      ...list.map((entry) => fullKeys(entry, config['~'])),
      { ...config, topic: config['availability_topic'], value_template: config['availability_template'] },
    ];
    for (const entry of entries) {
      const { topic, value_template: template } = entry;
      if (typeof topic !== 'string' || topic === '' || topic.length > MAX_TOPIC) continue;
      if (template !== undefined && template !== null) {
        if (typeof template !== 'string' || !parseHomeAssistantTemplate(template)) continue;
      }
      found.set(topic, {
        topic,
        ...(typeof template === 'string' ? { template } : {}),
        available: plainWord(entry['payload_available']) ?? 'online',
        notAvailable: plainWord(entry['payload_not_available']) ?? 'offline',
      });
    }
  }
  return [...found.values()].slice(0, 8);
}
