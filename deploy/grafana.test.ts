import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { DATASOURCE } from '../dashboards/src/postgres-query.js';
import { readCompose } from './compose-file.js';

const root = join(import.meta.dirname, '..');
const provisioning = join(root, 'deploy', 'grafana', 'provisioning');
const grafana = readCompose(join(root, 'docker-compose.yml'), {
  POSTGRES_PASSWORD: 'x',
  GRAFANA_READER_PASSWORD: 'x',
  GRAFANA_ADMIN_PASSWORD: 'x',
  API_TOKEN: 'x',
}).services['grafana'];
const mounts = new Map(
  (grafana?.volumes ?? [])
    .map((volume) => volume.split(':').toReversed().slice(-2))
    .map(([to, from]) => [to, from]),
);
const read = (file: string): unknown => parse(readFileSync(join(provisioning, file), 'utf8'));

test('the data source is the one that the dashboards name, and reads as a role without rights to write', () => {
  const { datasources } = read('datasources/fieldstream.yaml') as { datasources: Record<string, unknown>[] };
  expect(datasources).toHaveLength(1);
  expect(datasources[0]).toMatchObject({
    uid: DATASOURCE.uid,
    type: DATASOURCE.type,
    user: 'grafana_reader',
    editable: false,
    isDefault: true,
    jsonData: { timescaledb: true, postgresVersion: 1700 },
  });
});

test('the role may have more connections than Grafana opens', () => {
  const { datasources } = read('datasources/fieldstream.yaml') as {
    datasources: { jsonData: { maxOpenConns: number } }[];
  };
  const migration = readFileSync(join(root, 'libs', 'timescale', 'migrations', '0003_dashboard.sql'), 'utf8');
  const limit = Number(/CONNECTION LIMIT (\d+)/.exec(migration)?.[1]);
  expect(datasources[0]?.jsonData.maxOpenConns).toBeLessThan(limit);
});

test('Grafana has every variable that the provisioning files ask for', () => {
  for (const folder of ['datasources', 'dashboards']) {
    for (const file of readdirSync(join(provisioning, folder))) {
      const text = readFileSync(join(provisioning, folder, file), 'utf8').replaceAll(/^\s*#.*$/gm, '');
      for (const [, name = ''] of text.matchAll(/\$\{?(\w+)/g))
        expect(grafana?.environment).toHaveProperty(name);
    }
  }
});

test('the dashboards lie where Grafana looks for them, and so does the first that it shows', () => {
  const { providers } = read('dashboards/fieldstream.yaml') as { providers: { options: { path: string } }[] };
  const path = providers[0]?.options.path ?? '';
  expect(mounts.get(path)).toBe('./dashboards/json');
  const home = grafana?.environment['GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH'] ?? '';
  expect(home).toBe(`${path}/fleet.json`);
  expect(readdirSync(join(root, 'dashboards', 'json'))).toContain('fleet.json');
});
