import { Badge } from '@grafana/ui';
import { severityBadgeColor } from './severity-look.js';

/** A severity, in its colour and in words. */
export function SeverityBadge({ severity }: { readonly severity: string }) {
  const icon = severity === 'info' ? 'info-circle' : 'exclamation-triangle';
  return <Badge color={severityBadgeColor(severity)} icon={icon} text={severity} />;
}
