import { AnnotationQueryBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { DATASOURCE, postgresQuery } from '../postgres-query.js';

/** Marks in every chart from when to when an alert of the device fired; one that still does, up to now. */
export const alertAnnotation = new AnnotationQueryBuilder()
  .name('Alerts')
  .enable(true)
  .iconColor('red')
  .datasource(DATASOURCE)
  .target(
    postgresQuery(
      'Alerts',
      'table',
      `SELECT fired_at AS time,
       greatest(fired_at, coalesce(resolved_at, least(now(), $__timeTo()::timestamptz))) AS timeend,
       rule_name || ': ' || summary AS text,
       concat_ws(',', severity, metric, state) AS tags
FROM dashboard.alert
WHERE device_id = '$device' AND fired_at <= $__timeTo()::timestamptz
  AND (resolved_at IS NULL OR resolved_at >= $__timeFrom()::timestamptz)
ORDER BY fired_at DESC
LIMIT 200`,
    ),
  );
