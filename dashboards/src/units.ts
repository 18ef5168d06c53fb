/**
 * Units as devices spell them, UCUM among them, with Grafana's ID for each. A unit that is not here is shown as it is
 * written; a device family with another spelling adds a line.
 */
export const GRAFANA_UNITS: readonly (readonly [spellings: readonly string[], grafanaUnit: string])[] = [
  [['°C', 'Cel', 'C'], 'celsius'],
  [['°F', 'F', '[degF]'], 'fahrenheit'],
  [['K'], 'kelvin'],
  [['%', '%RH'], 'percent'],
  [['hPa', 'mbar'], 'pressurehpa'],
  [['kPa'], 'pressurekpa'],
  [['V'], 'volt'],
  [['mV'], 'mvolt'],
  [['A'], 'amp'],
  [['mA'], 'mamp'],
  [['W'], 'watt'],
  [['kW'], 'kwatt'],
  [['VA'], 'voltamp'],
  [['var', 'VAr'], 'voltampreact'],
  [['Wh', 'W.h'], 'watth'],
  [['kWh', 'kW.h'], 'kwatth'],
  [['Hz'], 'hertz'],
  [['lx', 'lm/m2'], 'lux'],
  [['dB'], 'dB'],
  [['dBm'], 'dBm'],
  [['ppm'], 'ppm'],
  [['µg/m³', 'μg/m³', 'ug/m3'], 'conμgm3'],
  [['m'], 'lengthm'],
  [['mm'], 'lengthmm'],
  [['m/s'], 'velocityms'],
  [['km/h'], 'velocitykmh'],
  [['°', 'deg'], 'degree'],
  [['s'], 's'],
  [['ms'], 'ms'],
];

/** SQL that turns a column of units into Grafana's IDs; a unit without one becomes a suffix. */
export function grafanaUnitSql(column: string): string {
  const cases = GRAFANA_UNITS.map(([spellings, unit]) => {
    const list = spellings.map((spelling) => `'${spelling.replaceAll("'", "''")}'`).join(', ');
    return `WHEN ${column} IN (${list}) THEN '${unit}'`;
  });
  return `CASE ${cases.join(' ')} ELSE 'suffix: ' || ${column} END`;
}
