/** Units as devices spell them where people write them otherwise. */
const UNIT_TEXTS: Readonly<Record<string, string>> = {
  Cel: '°C',
  C: '°C',
  F: '°F',
  '[degF]': '°F',
  '%RH': '%',
  'W.h': 'Wh',
  'kW.h': 'kWh',
  'lm/m2': 'lx',
  'ug/m3': 'µg/m³',
  deg: '°',
};

/** A number for people: as many decimals as its size deserves, in groups of thousands. */
export function numberText(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e15 || size < 1e-3)) return value.toExponential(2);
  const maximumFractionDigits = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 1 ? 2 : 3;
  return value.toLocaleString('en', { maximumFractionDigits });
}

/** Newest value of a metric, with its unit: the device's own word for a state, a number otherwise. */
export function valueText(value: { value: number | null; text: string | null; unit: string | null }): string {
  if (value.text !== null) return value.text;
  if (value.value === null) return '–';
  const { unit } = value;
  if (unit === null || unit === '') return numberText(value.value);
  const text = UNIT_TEXTS[unit] ?? unit;
  // No space before a sign that is read as a part of the number.
  return `${numberText(value.value)}${text === '%' || text === '°' ? '' : ' '}${text}`;
}
