/**
 * Names of metrics by which people know a device, the most telling first. What is compared is the last part of the name
 * (`power` of `ENERGY.Power`), in any case.
 */
const TELLING = [
  'temperature',
  'power',
  'rpm',
  'speed',
  'wind_speed',
  'flow',
  'level',
  'soil_moisture',
  'humidity',
  'co2',
  'pm2_5',
  'pm25',
  'pm10',
  'tvoc',
  'pressure',
  'illuminance',
  'light',
  'vibration',
  'voltage',
  'current',
  'energy',
  'state',
  'contact',
  'door',
  'occupancy',
] as const;

/** What a device says of itself: it stands behind everything else. */
const HOUSEKEEPING = [
  'battery',
  'battery_low',
  'rssi',
  'snr',
  'signal',
  'linkquality',
  'lqi',
  'uptime',
  'uptimesec',
  'heap',
  'loadavg',
  'sleep',
  'version',
  'vcc',
  'counter',
  'seq',
] as const;

/**
 * The order of a device's metrics by how much they tell, as an SQL expression over the column that is named: the list of
 * telling names first, then all others, then what a device says of itself; a plain name before one within an object; by name.
 */
export function metricOrder(column: string): string {
  const last = `lower(regexp_replace(${column}, '^.*\\.', ''))`;
  return `coalesce(array_position(${sqlArray(TELLING)}, ${last}),
                   CASE WHEN ${last} = ANY (${sqlArray(HOUSEKEEPING)}) THEN 2000 ELSE 1000 END),
          length(${column}) - length(replace(${column}, '.', '')), ${column} COLLATE "C"`;
}

// The names are constants of this file and hold no quotes.
function sqlArray(names: readonly string[]): string {
  return `ARRAY[${names.map((name) => `'${name}'`).join(', ')}]::text[]`;
}
