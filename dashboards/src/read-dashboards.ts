import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DashboardJson } from '@fieldstream/grafana';

/** The dashboards of a folder, by file name. */
export function readDashboards(folder: string): ReadonlyMap<string, DashboardJson> {
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  return new Map(
    files.sort().map((file) => [file, JSON.parse(readFileSync(join(folder, file), 'utf8')) as DashboardJson]),
  );
}
