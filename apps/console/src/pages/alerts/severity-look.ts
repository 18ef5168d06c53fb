import type { GrafanaTheme2 } from '@grafana/data';
import type { BadgeColor } from '@grafana/ui';

/** Colour of a severity's badge; what is not known looks like a warning. */
export function severityBadgeColor(severity: string): BadgeColor {
  if (severity === 'critical') return 'red';
  return severity === 'info' ? 'blue' : 'orange';
}

/** Colour of a severity in charts and borders. */
export function severityColor(severity: string, theme: GrafanaTheme2): string {
  if (severity === 'critical') return theme.colors.error.main;
  return severity === 'info' ? theme.colors.info.main : theme.colors.warning.main;
}

/** Colour of a text about a severity, readable on any surface of the theme. */
export function severityTextColor(severity: string, theme: GrafanaTheme2): string {
  if (severity === 'critical') return theme.colors.error.text;
  return severity === 'info' ? theme.colors.info.text : theme.colors.warning.text;
}
