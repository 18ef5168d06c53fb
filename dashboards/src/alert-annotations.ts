import { AnnotationQueryBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { DATASOURCE, postgresQuery } from './postgres-query.js';
import { SEVERITIES } from './severity.js';
import { OPEN_IN_RANGE, TO } from './time-range.js';

/**
 * Marks in every chart from when to when an alert was open; one that still is, up to now. One annotation a severity,
 * because the colour belongs to the annotation, not to the event.
 * @param condition SQL over the alert `a`.
 * @param shown Severities that are marked until somebody chooses otherwise; all where not given.
 */
export function alertAnnotations(
  condition: string,
  shown: readonly string[] = SEVERITIES.map(({ severity }) => severity),
): readonly AnnotationQueryBuilder[] {
  return SEVERITIES.map(({ severity, title, color }) =>
    new AnnotationQueryBuilder()
      .name(`${title} alerts`)
      .enable(shown.includes(severity))
      .iconColor(color)
      .datasource(DATASOURCE)
      .target(
        postgresQuery(
          title,
          'table',
          `SELECT a.fired_at AS time,
       greatest(a.fired_at, coalesce(a.resolved_at, least(now(), ${TO}))) AS timeend,
       a.rule_name || ': ' || a.summary AS text,
       concat_ws(',', a.severity, a.device_id, nullif(a.metric, ''), a.state) AS tags
FROM dashboard.alert a
WHERE a.severity = '${severity}' AND ${OPEN_IN_RANGE}
  AND ${condition}
ORDER BY a.fired_at DESC
LIMIT 200`,
        ),
      ),
  );
}
