import { defined, describable } from './describable.js';
import { deviceIdOf } from './device-id.js';
import { objectOf, textOf } from './json-shape.js';

/** A device that a Tasmota hears over Bluetooth or Zigbee. */
export interface TasmotaSubDevice {
  /** Zigbee's `Power` is a switch's state, not watts. */
  readonly isZigbee: boolean;
  /** Its part of the ID. */
  readonly id: string;
  readonly about: { readonly name?: string; readonly manufacturer?: string; readonly model?: string };
  readonly fields: readonly (readonly [field: string, value: unknown])[];
}

/** A message, split into what the device itself measured and what it heard of others. */
export interface TasmotaBlocks {
  readonly own: readonly (readonly [name: string, value: unknown])[];
  readonly others: readonly TasmotaSubDevice[];
}

/** Names of the Bluetooth driver: a model and the last three bytes of the address, `LYWSD03-52680f`. */
const BLUETOOTH_NAME =
  /^(?:LYWSD0\d(?:MMC)?|MJ_HT_V1|FLORA|CGG1|CGD1|NLIGHT|MJYD2S|YLYK01|YEERC|MHOC\d{3}|ATC|WX08ZM|PVVX|SJWS01L|MCCGQ02|[A-Z0-9]{3,8}MMC)-?[0-9a-f]{6}$/i;
const MAC = /^(?:[0-9a-f]{2}:?){5}[0-9a-f]{2}$/i;

/** What belongs to a message and is no measurement; `Uptime` is `UptimeSec` in another form. */
const ENVELOPE: ReadonlySet<string> = new Set(['Time', 'Epoch', 'TempUnit', 'PressureUnit', 'SpeedUnit']);

/** Splits a `SENSOR` or `STATE` message. */
export function splitBlocks(message: Readonly<Record<string, unknown>>): TasmotaBlocks {
  const own: [string, unknown][] = [];
  const others: TasmotaSubDevice[] = [];
  for (const [name, value] of Object.entries(message)) {
    if (ENVELOPE.has(name) || (name === 'Uptime' && 'UptimeSec' in message)) continue;
    const block = objectOf(value);
    if (block && name === 'ZbReceived') others.push(...zigbeeDevices(block));
    // What the bridge remembers, not what the device says now.
    else if (block && name === 'ZbInfo') others.push(...zigbeeDevices(block, false));
    else if (block && isBluetooth(name, block)) others.push(bluetoothDevice(name, block));
    else own.push([name, value]);
  }
  return { own, others };
}

function isBluetooth(name: string, block: Readonly<Record<string, unknown>>): boolean {
  return BLUETOOTH_NAME.test(name) || macOf(block) !== undefined;
}

function macOf(block: Readonly<Record<string, unknown>>): string | undefined {
  const mac = textOf(block.mac) ?? textOf(block.MAC);
  return mac !== undefined && MAC.test(mac) ? mac : undefined;
}

/** A block whose name does not tell devices of a kind apart, such as `IBEACON`, is known by its address. */
function bluetoothDevice(name: string, block: Readonly<Record<string, unknown>>): TasmotaSubDevice {
  const mac = macOf(block)?.replaceAll(':', '').toLowerCase();
  const isNamed = mac === undefined || name.toLowerCase().endsWith(mac.slice(-6));
  return {
    isZigbee: false,
    id: deviceIdOf(isNamed ? name : `${name}-${mac}`),
    about: defined({ name: describable(name) }),
    fields: Object.entries(block).filter(([field]) => field !== 'mac' && field !== 'MAC'),
  };
}

/** `{"0x4773": {"Device": "0x4773", "Name": "kitchen", …}}`: known by its name, else by its short address. */
function zigbeeDevices(received: Readonly<Record<string, unknown>>, isMeasured = true): TasmotaSubDevice[] {
  return Object.entries(received).flatMap(([key, value]) => {
    const block = objectOf(value);
    if (!block) return [];
    const { Device, Name, ModelId, Manufacturer, ...fields } = block;
    const name = textOf(Name);
    return {
      isZigbee: true,
      id: deviceIdOf(name ?? textOf(Device) ?? key),
      about: defined({
        name: describable(name),
        manufacturer: describable(Manufacturer),
        model: describable(ModelId),
      }),
      fields: isMeasured ? Object.entries(fields) : [],
    };
  });
}
