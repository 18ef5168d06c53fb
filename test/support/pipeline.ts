import pg from 'pg';
import { createTestBed, freePort, ServiceProcess, type TestBed } from '@fieldstream/testing';

export type App = 'bridge' | 'aggregator' | 'alerter' | 'api';

/** The compiled services on a bed of their own, as separate processes. */
export interface Pipeline {
  readonly bed: TestBed;
  readonly mqttPort: number;
  readonly mqttUrl: string;
  readonly apiUrl: string;
  readonly sql: pg.Pool;
  /** @throws Error for an app that was not started. */
  service(app: App): ServiceProcess;
  close(): Promise<void>;
}

/** Starts the services in the order in which they consume: what stores before what takes in. */
export async function startPipeline(
  area: string,
  apps: readonly App[],
  env: Readonly<Record<string, string>> = {},
): Promise<Pipeline> {
  // A killed consumer's partitions are given to its successor after the session timeout; 6 s is the least Kafka takes.
  const bed = await createTestBed(area, { KAFKA_SESSION_TIMEOUT_MS: '6000', ...env });
  const mqttPort = await freePort();
  const httpPort = await freePort();
  const services = new Map<App, ServiceProcess>();
  const sql = new pg.Pool({ connectionString: bed.databaseUrl, max: 4 });
  // The tests end database connections on purpose.
  sql.on('error', () => {});
  const close = async (): Promise<void> => {
    for (const service of services.values()) await service.kill('SIGKILL');
    await sql.end();
    await bed.close();
  };
  try {
    for (const app of apps) {
      const ports = { MQTT_PORT: String(mqttPort), HTTP_PORT: String(httpPort) };
      services.set(
        app,
        await ServiceProcess.start({
          app,
          from: 'dist',
          env: { ...bed.env, ...ports },
          readyTimeoutMs: 60_000,
        }),
      );
    }
  } catch (error) {
    await close();
    throw error;
  }
  return {
    bed,
    mqttPort,
    mqttUrl: `mqtt://127.0.0.1:${mqttPort}`,
    apiUrl: `http://127.0.0.1:${httpPort}`,
    sql,
    service(app) {
      const service = services.get(app);
      if (!service) throw new Error(`${app} was not started`);
      return service;
    },
    close,
  };
}
