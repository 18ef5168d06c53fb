import type { Rule } from '@fieldstream/domain';
import { DEVICE_KINDS } from '../fleet/fleet.js';

/** A rule of the demo, and the site that it watches. */
export interface DemoRule {
  readonly site: string;
  readonly rule: Rule;
}

/** One rule for each site, with IDs of their own: `<prefix>-<site>-<slug>`. */
export function demoRules(prefix: string): readonly DemoRule[] {
  return DEVICE_KINDS.map(({ site, kind, rule }) => ({
    site,
    rule: {
      id: `${prefix}-${site}-${rule.slug}`,
      name: rule.name,
      description: rule.description,
      enabled: true,
      severity: rule.severity,
      scope: { devices: [`${prefix}-${site}-${kind}-*`], labels: {}, metrics: [rule.metric] },
      kind: 'threshold',
      params: rule.params,
      forMs: rule.forMs,
      clearForMs: 0,
      notify: { channels: [] },
    },
  }));
}
