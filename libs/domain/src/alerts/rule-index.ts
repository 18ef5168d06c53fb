import { type CompiledRule } from './compiled-rule.js';
import { matchesDevice } from './device-glob.js';

interface Pattern {
  readonly glob: string;
  readonly rule: CompiledRule;
}

interface MetricRules {
  readonly byDevice: Map<string, CompiledRule[]>;
  /** By what stands before the first `*`. */
  readonly byPrefix: Map<string, Pattern[]>;
  /** Lengths of those prefixes, each once. */
  readonly prefixLengths: number[];
}

const NONE: readonly CompiledRule[] = [];

/**
 * Finds the rules that watch a series. What it costs depends on the rules that name the metric and the device or a
 * prefix of the device, not on how many others there are.
 */
export class RuleIndex {
  private readonly byMetric = new Map<string, MetricRules>();
  private readonly byId: ReadonlyMap<string, CompiledRule>;

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

  /** Whether any rule names the metric: to leave out at once what nothing watches. */
  watches(metric: string): boolean {
    return this.byMetric.has(metric);
  }

  /** Every rule that watches the series, each once. */
  match(deviceId: string, metric: string): readonly CompiledRule[] {
    const rules = this.byMetric.get(metric);
    if (rules === undefined) return NONE;
    const exact = rules.byDevice.get(deviceId) ?? NONE;
    if (rules.prefixLengths.length === 0) return exact;
    const found = new Set(exact);
    for (const length of rules.prefixLengths) {
      if (length > deviceId.length) continue;
      for (const { glob, rule } of rules.byPrefix.get(deviceId.slice(0, length)) ?? []) {
        if (matchesDevice(glob, deviceId)) found.add(rule);
      }
    }
    return [...found];
  }

  private add(compiled: CompiledRule): void {
    const { metric, devices } = compiled.rule.scope;
    let rules = this.byMetric.get(metric);
    if (rules === undefined) {
      rules = { byDevice: new Map(), byPrefix: new Map(), prefixLengths: [] };
      this.byMetric.set(metric, rules);
    }
    for (const device of devices) {
      const star = device.indexOf('*');
      if (star < 0) {
        append(rules.byDevice, device, compiled);
        continue;
      }
      append(rules.byPrefix, device.slice(0, star), { glob: device, rule: compiled });
      if (!rules.prefixLengths.includes(star)) rules.prefixLengths.push(star);
    }
  }
}

function append<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
