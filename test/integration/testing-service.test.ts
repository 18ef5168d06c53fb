import { afterEach, expect, test } from '@jest/globals';
import { createTestBed, freePort, ServiceProcess, type TestBed } from '@fieldstream/testing';

let bed: TestBed | undefined;
let service: ServiceProcess | undefined;

afterEach(async () => {
  await service?.kill();
  await bed?.close();
  bed = service = undefined;
}, 120_000);

test('a service starts, is killed, restarts on its ports and stops with 0', async () => {
  bed = await createTestBed('testing');
  service = await ServiceProcess.start({
    app: 'bridge',
    from: 'dist',
    env: { ...bed.env, MQTT_PORT: String(await freePort()), LOG_LEVEL: 'info' },
  });
  const { pid, healthPort } = service;
  await service.restart({ signal: 'SIGKILL' });
  expect(service.pid).not.toBe(pid);
  expect(service.healthPort).toBe(healthPort);
  await service.stop();
  expect(service.isRunning).toBe(false);
  expect(() => service?.pid).toThrow('bridge is not running');
  expect(service.logs).not.toBe('');
}, 90_000);

test('a service that ends before it is ready is reported with its log', async () => {
  const start = ServiceProcess.start({ app: 'bridge', from: 'dist', env: { MQTT_PORT: 'seventeen' } });
  await expect(start).rejects.toThrow(/bridge ended \(78\) before it was ready[^]*MQTT_PORT/);
}, 30_000);

test('a start that is meant to fail can be waited for', async () => {
  service = await ServiceProcess.launch({ app: 'bridge', env: {} });
  expect(await service.waitForExit()).toEqual({ code: 78, signal: null });
  expect(service.logs).toContain('KAFKA_BROKERS');
}, 30_000);
