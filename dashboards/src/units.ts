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
  [['bar'], 'pressurebar'],
  [['psi'], 'pressurepsi'],
  [['inHg'], 'pressurehg'],
  [['V'], 'volt'],
  [['mV'], 'mvolt'],
  [['kV'], 'kvolt'],
  [['A'], 'amp'],
  [['mA'], 'mamp'],
  [['W'], 'watt'],
  [['kW'], 'kwatt'],
  [['mW'], 'mwatt'],
  [['VA'], 'voltamp'],
  [['kVA'], 'kvoltamp'],
  [['var', 'VAr'], 'voltampreact'],
  [['kvar', 'kVAr'], 'kvoltampreact'],
  [['Wh', 'W.h'], 'watth'],
  [['kWh', 'kW.h'], 'kwatth'],
  [['Hz'], 'hertz'],
  [['lx', 'lm/m2'], 'lux'],
  [['dB'], 'dB'],
  [['dBm'], 'dBm'],
  [['ppm'], 'ppm'],
  [['ppb'], 'conppb'],
  [['µg/m³', 'μg/m³', 'µg/m3', 'μg/m3', 'ug/m3'], 'conμgm3'],
  [['m'], 'lengthm'],
  [['mm'], 'lengthmm'],
  [['km'], 'lengthkm'],
  [['m/s'], 'velocityms'],
  [['km/h'], 'velocitykmh'],
  [['°', 'deg'], 'degree'],
  [['rpm'], 'rotrpm'],
  [['g'], 'massg'],
  [['kg'], 'masskg'],
  [['L', 'l'], 'litre'],
  [['m³', 'm3'], 'm3'],
  [['B'], 'bytes'],
  [['s'], 's'],
  [['ms'], 'ms'],
  [['min'], 'm'],
  [['h'], 'h'],
  [['d'], 'd'],
];

/** SQL that turns a column of units into Grafana's IDs; a unit without one becomes a suffix. */
export function grafanaUnitSql(column: string): string {
  const cases = GRAFANA_UNITS.map(([spellings, unit]) => {
    const list = spellings.map((spelling) => `'${spelling.replaceAll("'", "''")}'`).join(', ');
    return `WHEN ${column} IN (${list}) THEN '${unit}'`;
  });
  return `CASE ${cases.join(' ')} ELSE 'suffix: ' || ${column} END`;
}
