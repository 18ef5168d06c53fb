import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import type { DataTransformerConfig } from '@grafana/grafana-foundation-sdk/dashboard';
import { postgresQuery } from '../postgres-query.js';
import { grafanaUnitSql } from '../units.js';

/** What the builders of panels have in common. */
interface Panel<T> {
  withTarget(target: Builder<Dataquery>): T;
  withTransformation(transformation: DataTransformerConfig): T;
}

/**
 * Gives the fields the unit that devices name for the metric; none where none does.
 * @param fields Pattern of the names of the fields.
 */
export function withUnitOfMetric<T extends Panel<T>>(panel: T, fields: string): T {
  return panel
    .withTarget(
      postgresQuery(
        'B',
        'table',
        `SELECT ${grafanaUnitSql('unit')} AS unit
FROM dashboard.series WHERE metric = '$metric' AND unit IS NOT NULL LIMIT 1`,
      ),
    )
    .withTransformation({
      id: 'configFromData',
      options: {
        configRefId: 'B',
        mappings: [{ fieldName: 'unit', handlerKey: 'unit' }],
        applyTo: { id: 'byRegexp', options: fields },
      },
    });
}
