import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type CompiledRule, compileRule } from './compiled-rule.js';
import { inScope, RuleIndex } from './rule-index.js';
import { parseRule, type RuleScope } from './rule.js';

interface Edit {
  readonly enabled?: boolean;
  readonly kind?: string;
  readonly params?: object;
}

function compiled(id: string, scope: Partial<RuleScope>, edit: Edit = {}): CompiledRule {
  const params = { operator: '>', threshold: 1 };
  const parsed = parseRule({ id, name: id, scope, kind: 'threshold', params, ...edit });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return compileRule(parsed.rule);
}

const OFFLINE = { kind: 'offline', params: {} };

function idsOf(rules: readonly CompiledRule[]): string[] {
  return rules.map(({ rule }) => rule.id).sort();
}

test('finds each enabled rule that watches the series once', () => {
  const index = new RuleIndex([
    compiled('exact', { devices: ['green-1'], metrics: ['m'] }),
    compiled('glob', { devices: ['green-*', 'green-1', '*'], metrics: ['m', '*'] }),
    compiled('suffix', { devices: ['*-1'], metrics: ['m'] }),
    compiled('other-metric', { metrics: ['n'] }),
    compiled('prefix-metric', { metrics: ['energy.*'] }),
    compiled('off', {}, { enabled: false }),
    compiled('presence', {}, OFFLINE),
  ]);
  const ids = (device: string, metric: string): string[] => idsOf(index.match(device, metric));
  expect(ids('green-1', 'm')).toEqual(['exact', 'glob', 'suffix']);
  expect(ids('green-2', 'm')).toEqual(['glob']);
  expect(ids('x', 'n')).toEqual(['glob', 'other-metric']);
  expect(ids('x', 'energy.total')).toEqual(['glob', 'prefix-metric']);
  expect([index.size, index.find('off'), index.find('glob')?.rule.id]).toEqual([6, undefined, 'glob']);
  expect(idsOf(index.ofSource('presence'))).toEqual(['presence']);
  expect(idsOf(index.matchPresence('x'))).toEqual(['presence']);
});

test('knows the metrics that no rule watches', () => {
  const index = new RuleIndex([
    compiled('a', { metrics: ['m', 'energy.*'] }),
    compiled('off', { metrics: ['n'] }, { enabled: false }),
    compiled('presence', { metrics: ['p'] }, OFFLINE),
  ]);
  expect(['m', 'energy.total', 'n', 'p', 'x'].map((metric) => index.watches(metric))).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
});

describe('labels', () => {
  const index = new RuleIndex([
    compiled('north', { labels: { site: ['north', 'far-*'] } }),
    compiled('both', { labels: { site: ['north'], floor: ['1'] } }),
  ]);

  test('a device must have each of them, with one of the values', () => {
    const ids = (labels: Readonly<Record<string, string>>): string[] => idsOf(index.match('d', 'm', labels));
    expect(ids({ site: 'north' })).toEqual(['north']);
    expect(ids({ site: 'far-east' })).toEqual(['north']);
    expect(ids({ site: 'north', floor: '1' })).toEqual(['both', 'north']);
    expect(ids({ site: 'south', floor: '1' })).toEqual([]);
    expect(ids({})).toEqual([]);
    expect(index.match('d', 'm')).toEqual([]);
  });

  test('names that all objects have are no labels', () => {
    const odd = new RuleIndex([compiled('odd', { labels: { constructor: ['*'] } })]);
    expect(odd.match('d', 'm', {})).toEqual([]);
    expect(idsOf(odd.match('d', 'm', { constructor: 'x' }))).toEqual(['odd']);
  });
});

describe('matches what trying every rule would', () => {
  const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*'), minLength: 1, maxLength: 5 });
  const name = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 5 });
  const labelName = fc.constantFrom('x', 'y');
  const patterns = fc.array(pattern, { minLength: 1, maxLength: 3 });
  const rule = fc.record({
    devices: fc.oneof(fc.constant(['*']), patterns),
    labels: fc.dictionary(labelName, patterns, { maxKeys: 2 }),
    metrics: fc.oneof(fc.constant(['*']), patterns),
    isPresence: fc.boolean(),
  });
  const device = fc.record({ id: name, metric: name, labels: fc.dictionary(labelName, name) });

  test('whatever was asked before', () => {
    let matches = 0;
    fc.assert(
      fc.property(
        fc.array(rule, { maxLength: 8 }),
        fc.array(device, { minLength: 1, maxLength: 8 }),
        (scopes, devices) => {
          const rules = scopes.map(({ isPresence, ...scope }, place) =>
            compiled(`r${place}`, scope, isPresence ? OFFLINE : {}),
          );
          const index = new RuleIndex(rules);
          // Twice: what was found is remembered.
          for (const { id, metric, labels } of [...devices, ...devices]) {
            const expected = (source: string, of: string): string[] =>
              idsOf(rules.filter((one) => one.source === source && inScope(one.rule.scope, id, of, labels)));
            const found = idsOf(index.match(id, metric, labels));
            expect(found.join()).toBe(expected('readings', metric).join());
            expect(idsOf(index.matchPresence(id, labels)).join()).toBe(expected('presence', '').join());
            if (found.length > 0) expect(index.watches(metric)).toBe(true);
            matches += found.length;
          }
        },
      ),
      { numRuns: 1000 },
    );
    expect(matches).toBeGreaterThan(1000);
  });
});

test('ten thousand rules over a hundred thousand series', () => {
  const SITES = 1000;
  const rules: CompiledRule[] = [];
  for (let number = 0; number < SITES; number++) {
    const metrics = [`metric-${number % 10}`];
    // One for a device, one for a prefix, one for a label, and seven for devices that are not there.
    rules.push(compiled(`device-${number}`, { devices: [`site-${number}-dev-3`], metrics }));
    rules.push(compiled(`prefix-${number}`, { devices: [`site-${number}-*`], metrics: ['metric-1*'] }));
    rules.push(compiled(`label-${number}`, { labels: { site: [`${number}`] }, metrics }));
    for (let more = 0; more < 7; more++)
      rules.push(
        compiled(`other-${number}-${more}`, { devices: [`elsewhere-${number}-${more}-*`], metrics }),
      );
  }
  const index = new RuleIndex(rules);
  const found = { series: 0, device: 0, prefix: 0, label: 0, other: 0 };
  for (let site = 0; site < SITES; site++) {
    const labels = { site: `${site}` };
    for (let device = 0; device < 10; device++) {
      for (let metric = 0; metric < 10; metric++) {
        found.series++;
        for (const { rule } of index.match(`site-${site}-dev-${device}`, `metric-${metric}`, labels))
          found[rule.id.split('-', 1)[0] as keyof typeof found]++;
      }
    }
  }
  expect(index.size).toBe(10_000);
  // Of each site: one metric of one device; metric-1 of ten devices; one metric of ten devices.
  expect(found).toEqual({ series: 100_000, device: 1000, prefix: 10_000, label: 10_000, other: 0 });
});
