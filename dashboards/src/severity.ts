/** Severities of alerts, gravest first, and the colour that each has in every panel. */
export const SEVERITIES = [
  { severity: 'critical', title: 'Critical', color: 'red' },
  { severity: 'warning', title: 'Warning', color: 'orange' },
  { severity: 'info', title: 'Info', color: 'blue' },
] as const;

/** Colour by severity. */
export const SEVERITY_COLOURS: Readonly<Record<string, string>> = Object.fromEntries(
  SEVERITIES.map(({ severity, color }) => [severity, color]),
);

/** The severities as an SQL array, gravest first. */
export const SEVERITY_ARRAY = `ARRAY[${SEVERITIES.map(({ severity }) => `'${severity}'`).join(', ')}]`;
