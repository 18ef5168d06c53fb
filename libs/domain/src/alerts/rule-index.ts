import { type CompiledRule } from './compiled-rule.js';
import { matchesGlob } from './glob.js';
import { type RuleSource } from './rule-kind.js';
import { type RuleScope } from './rule.js';

/** A device's labels. The same object for as long as they are the same. */
export type DeviceLabels = Readonly<Record<string, string>>;

/** The labels of a device that has none. */
export const NO_LABELS: DeviceLabels = {};

/** Rules by what their scopes have in common, so that only those are tried that may fit. */
interface RuleGroup {
  readonly byDevice: Map<string, CompiledRule[]>;
  /** By what stands before the first `*` of a device pattern. */
  readonly byPrefix: Map<string, CompiledRule[]>;
  /** Lengths of those prefixes, each once. */
  readonly prefixLengths: Set<number>;
  /** Rules for any device, by one `label=value` that it must have. */
  readonly byLabel: Map<string, CompiledRule[]>;
}

interface Matches {
  readonly labels: DeviceLabels;
  readonly byMetric: Map<string, readonly CompiledRule[]>;
}

const NONE: readonly CompiledRule[] = [];
/** Series whose rules are remembered. */
const MAX_REMEMBERED = 500_000;

/** Whether a scope fits a device with its labels and a metric; the metric of a device as a whole is empty and fits. */
export function inScope(scope: RuleScope, deviceId: string, metric: string, labels: DeviceLabels): boolean {
  return (
    scope.devices.some((glob) => matchesGlob(glob, deviceId)) &&
    (metric === '' || scope.metrics.some((glob) => matchesGlob(glob, metric))) &&
    Object.entries(scope.labels).every(([label, wanted]) => {
      const value = Object.hasOwn(labels, label) ? labels[label] : undefined;
      return value !== undefined && wanted.some((glob) => matchesGlob(glob, value));
    })
  );
}

/**
 * Finds the rules that watch a series. The first look at a series costs what the rules cost that share a metric and a
 * device, a prefix of it or a label with it; every further one a look into two maps, however many rules there are.
 */
export class RuleIndex {
  private readonly byMetric = new Map<string, RuleGroup>();
  private readonly byMetricGlob = new Map<string, RuleGroup>();
  private readonly presence = newGroup();
  private readonly byId: ReadonlyMap<string, CompiledRule>;
  private readonly watched = new Map<string, boolean>();
  private readonly remembered = new Map<string, Matches>();
  private rememberedCount = 0;

  /** @param rules those to evaluate; disabled ones are left out. */
  constructor(rules: readonly CompiledRule[]) {
    const enabled = rules.filter(({ rule }) => rule.enabled);
    this.byId = new Map(enabled.map((compiled) => [compiled.rule.id, compiled]));
    for (const compiled of enabled) this.add(compiled);
  }

  /** How many rules are evaluated. */
  get size(): number {
    return this.byId.size;
  }

  /** The rule of that ID, if it is evaluated. */
  find(ruleId: string): CompiledRule | undefined {
    return this.byId.get(ruleId);
  }

  /** Every rule of a source. */
  ofSource(source: RuleSource): readonly CompiledRule[] {
    return [...this.byId.values()].filter((compiled) => compiled.source === source);
  }

  /** Whether any rule watches the metric on some device: to leave out at once what nothing watches. */
  watches(metric: string): boolean {
    let watched = this.watched.get(metric);
    if (watched === undefined) {
      watched =
        this.byMetric.has(metric) || [...this.byMetricGlob.keys()].some((glob) => matchesGlob(glob, metric));
      if (this.watched.size >= MAX_REMEMBERED) this.watched.clear();
      this.watched.set(metric, watched);
    }
    return watched;
  }

  /** Every rule that watches the series, or its device as a whole by this metric; each once. */
  match(deviceId: string, metric: string, labels: DeviceLabels = NO_LABELS): readonly CompiledRule[] {
    let matches = this.remembered.get(deviceId);
    if (matches?.labels !== labels) {
      if (matches !== undefined) this.rememberedCount -= matches.byMetric.size;
      this.remembered.set(deviceId, (matches = { labels, byMetric: new Map() }));
    }
    let rules = matches.byMetric.get(metric);
    if (rules === undefined) {
      rules = this.search(deviceId, metric, labels);
      if (this.rememberedCount >= MAX_REMEMBERED) {
        this.remembered.clear();
        this.rememberedCount = 0;
        this.remembered.set(deviceId, (matches = { labels, byMetric: new Map() }));
      }
      matches.byMetric.set(metric, rules);
      this.rememberedCount++;
    }
    return rules;
  }

  /** Every rule that watches the connections of a device, each once. */
  matchPresence(deviceId: string, labels: DeviceLabels = NO_LABELS): readonly CompiledRule[] {
    return [...candidates(this.presence, deviceId, labels)].filter(({ rule }) =>
      inScope(rule.scope, deviceId, '', labels),
    );
  }

  private search(deviceId: string, metric: string, labels: DeviceLabels): readonly CompiledRule[] {
    const groups: RuleGroup[] = [];
    const exact = this.byMetric.get(metric);
    if (exact !== undefined) groups.push(exact);
    for (const [glob, group] of this.byMetricGlob) if (matchesGlob(glob, metric)) groups.push(group);
    const found = new Set<CompiledRule>();
    for (const group of groups) {
      for (const compiled of candidates(group, deviceId, labels)) {
        if (inScope(compiled.rule.scope, deviceId, metric, labels)) found.add(compiled);
      }
    }
    return found.size === 0 ? NONE : [...found];
  }

  private add(compiled: CompiledRule): void {
    if (compiled.source === 'presence') {
      addTo(this.presence, compiled);
      return;
    }
    for (const metric of compiled.rule.scope.metrics) {
      const groups = metric.includes('*') ? this.byMetricGlob : this.byMetric;
      let group = groups.get(metric);
      if (group === undefined) groups.set(metric, (group = newGroup()));
      addTo(group, compiled);
    }
  }
}

function newGroup(): RuleGroup {
  return { byDevice: new Map(), byPrefix: new Map(), prefixLengths: new Set(), byLabel: new Map() };
}

function addTo(group: RuleGroup, compiled: CompiledRule): void {
  const { devices, labels } = compiled.rule.scope;
  for (const device of devices) {
    const star = device.indexOf('*');
    if (star < 0) {
      append(group.byDevice, device, compiled);
      continue;
    }
    // A prefix of nothing says nothing; a label may.
    const [label, values] = Object.entries(labels).find(([, wanted]) => wanted.every(isExact)) ?? [];
    if (star === 0 && label !== undefined && values !== undefined) {
      for (const value of values) append(group.byLabel, `${label}=${value}`, compiled);
      continue;
    }
    append(group.byPrefix, device.slice(0, star), compiled);
    group.prefixLengths.add(star);
  }
}

function isExact(pattern: string): boolean {
  return !pattern.includes('*');
}

/** The rules that may fit a device, among them all that do. */
function candidates(group: RuleGroup, deviceId: string, labels: DeviceLabels): ReadonlySet<CompiledRule> {
  const found = new Set<CompiledRule>(group.byDevice.get(deviceId));
  for (const length of group.prefixLengths) {
    if (length > deviceId.length) continue;
    for (const compiled of group.byPrefix.get(deviceId.slice(0, length)) ?? NONE) found.add(compiled);
  }
  if (group.byLabel.size > 0) {
    for (const [label, value] of Object.entries(labels)) {
      for (const compiled of group.byLabel.get(`${label}=${value}`) ?? NONE) found.add(compiled);
    }
  }
  return found;
}

function append<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
