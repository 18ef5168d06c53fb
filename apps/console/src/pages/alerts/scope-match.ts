import { matchesGlob } from '@fieldstream/domain';
import type { RuleDraft } from './rule-draft.js';

type Scope = Pick<RuleDraft, 'devices' | 'labels' | 'metrics'>;

interface Labelled {
  readonly deviceId: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Whether a rule watches a device: its ID and its labels fit. */
export function watchesDevice({ devices, labels }: Scope, device: Labelled): boolean {
  if (devices.length > 0 && !devices.some((pattern) => matchesGlob(pattern, device.deviceId))) return false;
  return labels.every(({ label, values }) => {
    if (label === '') return true;
    const own = Object.hasOwn(device.labels, label) ? device.labels[label] : undefined;
    return own !== undefined && values.some((pattern) => matchesGlob(pattern, own));
  });
}

/** Whether a rule watches a metric. */
export function watchesMetric({ metrics }: Scope, metric: string): boolean {
  return metrics.length === 0 || metrics.some((pattern) => matchesGlob(pattern, metric));
}

/** What every device ID that fits has in it: narrows what the server is asked for. Empty where there is no such text. */
export function commonPart({ devices }: Scope): string {
  const [only] = devices;
  if (only === undefined || devices.length > 1) return '';
  return only.split('*').reduce((longest, part) => (part.length > longest.length ? part : longest), '');
}
