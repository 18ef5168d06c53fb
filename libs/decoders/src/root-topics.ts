/** First topic levels that belong to the platform or to a device family; a device with such a name has no root of its own. */
const ROOTS: ReadonlySet<string> = new Set(
  (
    'alerts application cmnd devices esphome homeassistant homie json ruuvi shellies spBv1.0 stat tasmota tele ul v1 v3 ' +
    'zigbee2mqtt'
  ).split(' '),
);

/** Whether a first topic level is shared by the devices of a family, so that `<level>/…` is not one device's own. */
export function isFamilyRoot(level: string): boolean {
  return ROOTS.has(level) || level === '' || level.startsWith('$');
}
