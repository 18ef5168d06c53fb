import { isValidDeviceId, type DeviceDescription, type MetricDescription } from '@fieldstream/domain';
import { defined, describable } from './describable.js';
import { deviceIdOf } from './device-id.js';
import { arrayOf, objectOf } from './json-shape.js';
import { addMetricFacts } from './metric-facts.js';

/** What is known of a name under a base topic. */
export interface NamedDevice {
  readonly base: string;
  readonly name: string;
  /** IEEE address; of a group its name, as a device ID. */
  readonly deviceId: string;
  readonly isGroup: boolean;
  readonly description: Omit<DeviceDescription, 'deviceId' | 'family'>;
}

/** Devices of one list; a Zigbee network has a few hundred. */
const MAX_DEVICES = 2_000;
/** Composites in composites: an exposed colour has two levels. */
const MAX_FEATURE_DEPTH = 5;
const IEEE_ADDRESS = /^0x[0-9a-f]{16}$/i;

/** Where the name that Zigbee2MQTT gives a property is not the name of what is measured. */
const DEVICE_CLASSES: ReadonlyMap<string, string> = new Map([
  ['temperature', 'temperature'],
  ['local_temperature', 'temperature'],
  ['device_temperature', 'temperature'],
  ['soil_temperature', 'temperature'],
  ['humidity', 'humidity'],
  ['soil_moisture', 'moisture'],
  ['pressure', 'pressure'],
  ['battery', 'battery'],
  ['voltage', 'voltage'],
  ['current', 'current'],
  ['power', 'power'],
  ['energy', 'energy'],
  ['produced_energy', 'energy'],
  ['power_factor', 'power_factor'],
  ['illuminance_lux', 'illuminance'],
  ['illuminance', 'illuminance'],
  ['co2', 'carbon_dioxide'],
  ['pm25', 'pm25'],
  ['pm10', 'pm10'],
  ['voc', 'volatile_organic_compounds'],
  ['occupancy', 'occupancy'],
  ['presence', 'occupancy'],
  ['contact', 'door'],
  ['water_leak', 'moisture'],
  ['smoke', 'smoke'],
  ['gas', 'gas'],
  ['carbon_monoxide', 'carbon_monoxide'],
  ['vibration', 'vibration'],
  ['tamper', 'tamper'],
]);

/** Whether a text is a Zigbee device's address. */
export function isIeeeAddress(value: unknown): value is string {
  return typeof value === 'string' && IEEE_ADDRESS.test(value);
}

/** Reads `<base>/bridge/devices`; entries that are not devices, and the coordinator, are left out. */
export function readDevices(list: readonly unknown[], base: string, gatewayId: string): NamedDevice[] {
  const devices: NamedDevice[] = [];
  for (const entry of list.slice(0, MAX_DEVICES)) {
    const device = objectOf(entry);
    const { ieee_address: deviceId, friendly_name: name, type } = device ?? {};
    if (!device || !isIeeeAddress(deviceId) || typeof name !== 'string' || name === '') continue;
    if (type === 'Coordinator') continue;
    devices.push({
      base,
      name,
      deviceId,
      isGroup: false,
      description: {
        ...describe(device, name),
        gatewayId,
        ...defined({ address: describable(`${base}/${name}`) }),
      },
    });
  }
  return devices;
}

/** Reads `<base>/bridge/groups`: a group's state is published like a device's. */
export function readGroups(list: readonly unknown[], base: string, gatewayId: string): NamedDevice[] {
  const groups: NamedDevice[] = [];
  for (const entry of list.slice(0, MAX_DEVICES)) {
    const name = objectOf(entry)?.['friendly_name'];
    if (typeof name !== 'string' || name === '') continue;
    const deviceId = deviceIdOf(name);
    if (!isValidDeviceId(deviceId)) continue;
    const texts = defined({ name: describable(name), address: describable(`${base}/${name}`) });
    groups.push({
      base,
      name,
      deviceId,
      isGroup: true,
      description: { ...texts, model: 'Group', gatewayId },
    });
  }
  return groups;
}

function describe(
  device: Readonly<Record<string, unknown>>,
  name: string,
): Omit<DeviceDescription, 'deviceId' | 'family'> {
  const definition = objectOf(device['definition']);
  const metrics = new Map<string, MetricDescription>();
  addExposes(metrics, definition?.['exposes'], '', 0);
  const model = describable(definition?.['model']) ?? describable(device['model_id']);
  const what = describable(definition?.['description']);
  return {
    ...defined({
      name: describable(name),
      manufacturer: describable(definition?.['vendor']) ?? describable(device['manufacturer']),
      model: what === undefined ? model : describable(model === undefined ? what : `${what} (${model})`),
      firmware: describable(device['software_build_id']),
    }),
    ...(metrics.size > 0 ? { metrics } : {}),
  };
}

/** The properties that a definition exposes; composites such as a colour name their features with a `.`. */
function addExposes(
  metrics: Map<string, MetricDescription>,
  exposes: unknown,
  prefix: string,
  depth: number,
): void {
  if (depth > MAX_FEATURE_DEPTH) return;
  for (const entry of arrayOf(exposes)) {
    const expose = objectOf(entry);
    if (!expose) continue;
    const property = expose['property'];
    const path = typeof property === 'string' ? prefix + property : undefined;
    if (Array.isArray(expose['features'])) {
      addExposes(metrics, expose['features'], path === undefined ? prefix : `${path}.`, depth + 1);
    } else if (path !== undefined) {
      const kind = String(expose['name'] ?? property);
      addMetricFacts(metrics, path, {
        unit: expose['unit'],
        name: expose['label'],
        deviceClass: DEVICE_CLASSES.get(kind),
      });
    }
  }
}
