import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { Ajv } from 'ajv';
import { readDashboards } from '../../dashboards/src/read-dashboards.js';
import { readAlertingFiles, rulesOf, type Route } from './alerting-files.js';
import { ALERTING_SCHEMA } from './alerting-schema.js';

const loaded = readAlertingFiles(join(import.meta.dirname, 'provisioning', 'alerting'));
const examples = readAlertingFiles(join(import.meta.dirname, 'examples'));
const rules = rulesOf(loaded);
const receivers = [...loaded.values()].flatMap(({ contactPoints = [] }) =>
  contactPoints.map(({ name }) => name),
);
const muteTimes = [...loaded.values()].flatMap(({ muteTimes: times = [] }) => times);
const muteNames = muteTimes.map(({ name }) => name);
const validate = new Ajv({ allErrors: true, strictTuples: false }).compile(ALERTING_SCHEMA);

test.each([...loaded, ...examples])('%s has the structure that Grafana reads', (_, file) => {
  validate(file);
  expect(validate.errors ?? []).toEqual([]);
});

test('Grafana finds nothing but YAML in its folder', () => {
  expect([...loaded.keys()].filter((file) => !file.endsWith('.yaml'))).toEqual([]);
});

test('nothing that is loaded replaces the policies that people made', () => {
  expect([...loaded].filter(([, { policies }]) => policies).map(([file]) => file)).toEqual([]);
});

test('the mute timing lies over every minute', () => {
  expect(muteTimes.map(({ time_intervals: intervals }) => intervals)).toEqual([
    [{ times: [{ start_time: '00:00', end_time: '24:00' }] }],
  ]);
});

test('no two rules share a UID or a title', () => {
  expect(rules.length).toBeGreaterThanOrEqual(3);
  expect(new Set(rules.map(({ uid }) => uid)).size).toBe(rules.length);
  expect(new Set(rules.map(({ title }) => title)).size).toBe(rules.length);
});

describe.each([...rules])('$title', (rule) => {
  const refIds = rule.data.map(({ refId }) => refId);

  test('sends nowhere, unless somebody changes it', () => {
    expect(receivers).toContain(rule.notification_settings?.receiver);
    expect(rule.notification_settings?.mute_time_intervals).toEqual(muteNames);
  });

  test('its condition stands on its queries', () => {
    expect(new Set(refIds).size).toBe(refIds.length);
    expect(rule.data.map(({ model }) => model.refId)).toEqual(refIds);
    const condition = rule.data.find(({ refId }) => refId === rule.condition);
    expect(refIds).toContain(condition?.model.expression);
    expect(condition?.model.expression).not.toBe(rule.condition);
  });

  test('its texts survive the expansion of variables, and name values that exist', () => {
    const texts = [rule.title, ...Object.values(rule.labels), ...Object.values(rule.annotations)];
    for (const text of texts) {
      expect(text).not.toContain('$');
      for (const [, refId] of text.matchAll(/\.Values\.(\w+)/g)) expect(refIds).toContain(refId);
    }
  });
});

test('rules about a device link to a dashboard that is there', () => {
  const known = [...readDashboards(join(import.meta.dirname, '../../dashboards/json')).values()];
  const links = rules.flatMap(({ annotations }) => annotations['dashboard'] ?? []);
  expect(links.length).toBeGreaterThan(0);
  for (const link of links)
    expect(known.map(({ uid }) => uid)).toContain(/^\/d\/([\w-]+)\?var-device=/.exec(link)?.[1]);
});

test('the example of policies names contact points and mute timings that are there', () => {
  const routes = (route: Route): Route[] => [route, ...(route.routes ?? []).flatMap(routes)];
  const all = [...examples.values()].flatMap(({ policies = [] }) => policies.flatMap(routes));
  expect(all.length).toBeGreaterThan(1);
  for (const { receiver, mute_time_intervals: mutes = [] } of all) {
    expect(receivers).toContain(receiver);
    for (const mute of mutes) expect(muteNames).toContain(mute);
  }
});

test('of one silent device among many, the rule itself says that Grafana raises nothing by itself', () => {
  const silent = rules.find(({ uid }) => uid === 'fieldstream-example-silent');
  expect(silent?.annotations['description']).toContain('raises no NoData for one missing series');
});
