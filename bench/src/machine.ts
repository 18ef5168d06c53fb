import { readdirSync, readFileSync } from 'node:fs';
import { arch, cpus, platform, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { projectRoot, type Engines } from '@fieldstream/testing';
import pg from 'pg';

/** What a reader has to know of the machine to make sense of the figures. */
export async function machineFacts(engines: Engines): Promise<Record<string, string>> {
  const client = new pg.Client({ connectionString: engines.databaseUrl, connectionTimeoutMillis: 5_000 });
  await client.connect();
  try {
    const setting = async (name: string): Promise<string> =>
      (await client.query<{ setting: string }>(`SELECT current_setting($1, true) AS setting`, [name])).rows[0]
        ?.setting ?? '?';
    const extension = await client.query<{ version: string }>(
      `SELECT default_version AS version FROM pg_available_extensions WHERE name = 'timescaledb'`,
    );
    const edition = (await setting('timescaledb.license')) === 'timescale' ? 'community' : 'Apache';
    return {
      processor: `${cpus()[0]?.model.trim() ?? '?'}, ${cpus().length} cores`,
      memory: `${(totalmem() / 2 ** 30).toFixed(1)} GiB`,
      system: `${platform()} ${release()} ${arch()}`,
      Node: process.version,
      Kafka: localStack(engines)?.kafkaVersion ?? 'version not told by its protocol',
      PostgreSQL: `${await setting('server_version')}, shared_buffers ${await setting('shared_buffers')}, fsync ${await setting('fsync')}`,
      TimescaleDB: `${extension.rows[0]?.version ?? 'none'}, ${edition} edition`,
    };
  } finally {
    await client.end();
  }
}

/** The engines that `npm run stack:up` started, if the benchmark runs on them: then broker version and process are known. */
export function localStack(engines: Engines): { kafkaVersion: string; kafkaPid: number } | undefined {
  try {
    const file = join(projectRoot(), 'data', 'stack', 'stack.json');
    const { kafka } = JSON.parse(readFileSync(file, 'utf8')) as {
      kafka: { port: number; pid: number; jarsDir: string };
    };
    if (engines.kafkaBrokers !== `127.0.0.1:${kafka.port}`) return undefined;
    const jar = readdirSync(kafka.jarsDir).find((name) => /^kafka_[\d.]+-\d/.test(name));
    const version = /^kafka_[\d.]+-(.*)\.jar$/.exec(jar ?? '')?.[1];
    return version === undefined ? undefined : { kafkaVersion: version, kafkaPid: kafka.pid };
  } catch {
    return undefined;
  }
}
