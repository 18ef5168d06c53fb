import { Dice } from '../fleet/dice.js';
import type { FamilyDevice, MakeFamilyDevice } from './family-device.js';
import { homeAssistantMeter, homieTank, zigbee2MqttBridge } from './home-families.js';
import { senmlMeter, sparkplugPress, thingsboardPump } from './industrial-families.js';
import { chirpstackSensor, fiwareParking, ruuviTag, theThingsStackSensor } from './radio-families.js';
import { esphomeRoom, shellyGen1Relay, shellyGen2Switch, tasmotaPlug } from './wifi-families.js';

/** One device of each family, by the end of its ID. A further one is one function and one line here. */
const FAMILIES: Readonly<Record<string, MakeFamilyDevice>> = {
  tasmota: tasmotaPlug,
  shelly1: shellyGen1Relay,
  shelly2: shellyGen2Switch,
  esphome: esphomeRoom,
  zigbee: zigbee2MqttBridge,
  homie: homieTank,
  ha: homeAssistantMeter,
  chirpstack: chirpstackSensor,
  ttn: theThingsStackSensor,
  ruuvi: ruuviTag,
  fiware: fiwareParking,
  sparkplug: sparkplugPress,
  senml: senmlMeter,
  thingsboard: thingsboardPump,
};

/** A device of every family, `<prefix>-<family>`; IDs that families draw from radio addresses are fixed. */
export function buildFamilies(seed: number, prefix: string): readonly FamilyDevice[] {
  return Object.entries(FAMILIES).map(([name, make]) => {
    const id = `${prefix}-${name}`;
    return make(id, new Dice(seed, id));
  });
}
