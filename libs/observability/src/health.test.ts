import { expect, test } from '@jest/globals';
import { Health } from './health.js';

test('without checks a process is live and ready', async () => {
  const health = new Health();
  expect(await health.live()).toEqual({ ok: true, checks: {} });
  expect(await health.ready()).toEqual({ ok: true, checks: {} });
});

test('ready needs every check, live the liveness checks only', async () => {
  const health = new Health();
  health.add('database', () => Promise.reject(new Error('away')));
  health.add('kafka', () => {});
  expect(await health.ready()).toEqual({ ok: false, checks: { database: 'fail', kafka: 'pass' } });
  expect(await health.live()).toEqual({ ok: true, checks: {} });
  health.addLiveness('progress', () => {
    throw new Error('stuck');
  });
  expect(await health.live()).toEqual({ ok: false, checks: { progress: 'fail' } });
  expect((await health.ready()).checks).toEqual({ database: 'fail', kafka: 'pass', progress: 'fail' });
  health.remove('progress');
  expect((await health.live()).ok).toBe(true);
});

test('what is only reported never makes the process unready', async () => {
  const health = new Health();
  health.add('kafka', () => {});
  health.addReported('source house', () => Promise.reject(new Error('away')));
  expect(await health.ready()).toEqual({ ok: true, checks: { 'source house': 'fail', kafka: 'pass' } });
  expect(await health.live()).toEqual({ ok: true, checks: {} });
});

test('a check that hangs fails after the time limit', async () => {
  const health = new Health({ timeoutMs: 20 });
  health.add('slow', () => new Promise(() => {}));
  expect(await health.ready()).toEqual({ ok: false, checks: { slow: 'fail' } });
});

test('callers at the same time share one run', async () => {
  let runs = 0;
  const health = new Health();
  health.add('counted', () => void runs++);
  await Promise.all([health.ready(), health.ready(), health.ready()]);
  expect(runs).toBe(1);
});

test('a change is logged once, with the reason', async () => {
  const lines: [string, string][] = [];
  const note = (level: string) => (_: object, message: string) => void lines.push([level, message]);
  const logger = { debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') };
  const health = new Health({ logger });
  let fault: Error | undefined = new Error('away');
  health.add('database', () => {
    if (fault) throw fault;
  });
  await health.ready();
  await health.ready();
  fault = undefined;
  await health.ready();
  await health.ready();
  expect(lines).toEqual([
    ['warn', 'health check fails'],
    ['info', 'health check passes again'],
  ]);
});
