import { isValidDeviceId, isValidMetricName, isValidText } from '../names.js';
import { isRecord, unknownFields } from './checking.js';
import { type FieldProblem } from './rule-kind.js';
import { RULE_KINDS, ruleKind } from './rule-kinds.js';
import { compareSeverity, SEVERITIES, type Severity } from './severity.js';

/** Limits on what one rule may contain. */
export const RULE_LIMITS = {
  nameLength: 200,
  descriptionLength: 2000,
  /** Device patterns of one rule. */
  devices: 1000,
  /** Metric patterns of one rule. */
  metrics: 100,
  /** Labels that one rule selects by, and values of each. */
  labels: 20,
  labelValues: 100,
  /** 30 days. */
  durationMs: 30 * 24 * 60 * 60 * 1000,
  channels: 20,
} as const;

/** Which devices and metrics a rule watches: those that fit all three. In every text `*` stands for any run of characters. */
export interface RuleScope {
  /** Device IDs. */
  readonly devices: readonly string[];
  /** Label → values of which the device has one; a device without the label does not fit. Empty: any device. */
  readonly labels: Readonly<Record<string, readonly string[]>>;
  readonly metrics: readonly string[];
}

/** An alert rule. Made by `parseRule` alone, so that what is stored and evaluated has been checked. */
export interface Rule {
  /** Lower-case letters, digits and `-`; at most 64 characters; never changes. */
  readonly id: string;
  /** For people. */
  readonly name: string;
  /** What it means and what to do, for who gets the alert; may be empty. */
  readonly description: string;
  readonly enabled: boolean;
  /** Of the first level; the kind's parameters may have further levels, more severe ones. */
  readonly severity: Severity;
  readonly scope: RuleScope;
  /** Name of a `RuleKind`. */
  readonly kind: string;
  /** Parameters that the kind has checked. */
  readonly params: object;
  /** For how long a breach must last, in event time, before the alert fires. */
  readonly forMs: number;
  /** For how long it must be clear, in event time, before the alert is resolved. */
  readonly clearForMs: number;
  readonly notify: {
    /** IDs of notification channels. MQTT subscribers get every alert anyhow. */
    readonly channels: readonly string[];
  };
}

export type ParsedRule =
  | { readonly ok: true; readonly rule: Rule }
  | { readonly ok: false; readonly problems: readonly FieldProblem[] };

const ID = /^[a-z0-9][a-z0-9-]{0,63}$/;
const ID_FAULT =
  '1 to 64 lower-case letters, digits or hyphens, not starting with a hyphen, e.g. greenhouse-too-hot';

/** Whether a value can be the ID of a rule or of a notification channel. */
export function isAlertingId(value: unknown): value is string {
  return typeof value === 'string' && ID.test(value);
}

const FIELDS = [
  'id',
  'name',
  'description',
  'enabled',
  'severity',
  'scope',
  'kind',
  'params',
  'forMs',
  'clearForMs',
  'notify',
] as const;

/**
 * Checks an input (JSON from the API or a row of the database) and makes a rule of it. Left out, `enabled` is true,
 * `description` is empty, `severity` is `warning`, `scope` is everything, both durations are 0 and `notify` is empty.
 * Reports every problem, not only the first.
 */
export function parseRule(input: unknown): ParsedRule {
  if (!isRecord(input)) return { ok: false, problems: [{ field: '', fault: 'must be a JSON object' }] };
  const problems: FieldProblem[] = unknownFields(input, FIELDS);
  const check = <T>(field: string, valid: boolean, value: T, fault: string): T => {
    if (!valid) problems.push({ field, fault });
    return value;
  };

  const id = input['id'];
  check('id', isAlertingId(id), id, `must be ${ID_FAULT}`);
  const name = input['name'];
  check(
    'name',
    typeof name === 'string' &&
      name.trim() !== '' &&
      name.length <= RULE_LIMITS.nameLength &&
      isValidText(name),
    name,
    `must be a text of 1 to ${RULE_LIMITS.nameLength} characters, e.g. Greenhouse too hot`,
  );
  const description = input['description'] ?? '';
  check(
    'description',
    typeof description === 'string' &&
      description.length <= RULE_LIMITS.descriptionLength &&
      isValidText(description),
    description,
    `must be a text of at most ${RULE_LIMITS.descriptionLength} characters, e.g. Check the vents`,
  );
  const enabled = input['enabled'] ?? true;
  check('enabled', typeof enabled === 'boolean', enabled, 'must be true or false');
  const severity = SEVERITIES.find((known) => known === (input['severity'] ?? 'warning'));
  check('severity', severity !== undefined, severity, `must be one of ${SEVERITIES.join(', ')}`);
  const forMs = parseDuration(input['forMs'], 'forMs', problems);
  const clearForMs = parseDuration(input['clearForMs'], 'clearForMs', problems);
  const scope = parseScope(input['scope'], problems);
  const notify = parseNotify(input['notify'], problems);
  const condition = parseCondition(input['kind'], input['params'], severity, problems);

  if (problems.length > 0 || severity === undefined || condition === undefined)
    return { ok: false, problems };
  return {
    ok: true,
    rule: {
      id: id as string,
      name: name as string,
      description: description as string,
      enabled: enabled as boolean,
      severity,
      scope,
      ...condition,
      forMs,
      clearForMs,
      notify,
    },
  };
}

function parseDuration(value: unknown, field: string, problems: FieldProblem[]): number {
  const durationMs = value ?? 0;
  if (
    !Number.isSafeInteger(durationMs) ||
    (durationMs as number) < 0 ||
    (durationMs as number) > RULE_LIMITS.durationMs
  ) {
    const fault = `must be a whole number of milliseconds from 0 to ${RULE_LIMITS.durationMs}, e.g. 300000 for 5 minutes`;
    problems.push({ field, fault });
  }
  return durationMs as number;
}

function parseScope(input: unknown, problems: FieldProblem[]): RuleScope {
  const value = input ?? {};
  if (!isRecord(value)) {
    const fault = 'must be an object, e.g. {"devices": ["greenhouse-*"], "metrics": ["temperature"]}';
    problems.push({ field: 'scope', fault });
    return { devices: [], labels: {}, metrics: [] };
  }
  problems.push(...unknownFields(value, ['devices', 'labels', 'metrics'], 'scope.'));
  return {
    devices: parsePatterns(value['devices'], 'scope.devices', problems, {
      max: RULE_LIMITS.devices,
      isValid: isValidDeviceId,
      what: 'device ID of 1 to 128 characters without / + #',
      example: 'greenhouse-*',
    }),
    labels: parseLabels(value['labels'], problems),
    metrics: parsePatterns(value['metrics'], 'scope.metrics', problems, {
      max: RULE_LIMITS.metrics,
      isValid: isValidMetricName,
      what: 'name of a metric of 1 to 256 characters',
      example: 'temperature',
    }),
  };
}

interface PatternTerms {
  readonly max: number;
  readonly isValid: (text: string) => boolean;
  readonly what: string;
  readonly example: string;
}

function parsePatterns(
  input: unknown,
  field: string,
  problems: FieldProblem[],
  { max, isValid, what, example }: PatternTerms,
): string[] {
  const values = input ?? ['*'];
  if (!Array.isArray(values) || values.length === 0 || values.length > max) {
    const fault = `must be a list of 1 to ${max}, in which * stands for any characters, e.g. ["${example}"]`;
    problems.push({ field, fault });
    return [];
  }
  for (const [index, value] of (values as unknown[]).entries()) {
    if (typeof value === 'string' && isValid(value)) continue;
    const fault = `must be a ${what}, in which * stands for any characters, e.g. ${example}`;
    problems.push({ field: `${field}[${index}]`, fault });
  }
  return [...new Set(values as string[])];
}

function parseLabels(input: unknown, problems: FieldProblem[]): Readonly<Record<string, readonly string[]>> {
  const value = input ?? {};
  if (!isRecord(value) || Object.keys(value).length > RULE_LIMITS.labels) {
    const fault = `must be an object of at most ${RULE_LIMITS.labels} labels, e.g. {"site": ["north", "south"]}`;
    problems.push({ field: 'scope.labels', fault });
    return {};
  }
  const labels: [string, readonly string[]][] = [];
  for (const [label, wanted] of Object.entries(value)) {
    const field = `scope.labels.${label}`;
    if (!isValidMetricName(label)) {
      problems.push({ field, fault: 'is no name of a label: it must be 1 to 256 characters' });
      continue;
    }
    const list: unknown = typeof wanted === 'string' ? [wanted] : wanted;
    const isList = Array.isArray(list) && list.length > 0 && list.length <= RULE_LIMITS.labelValues;
    if (isList && list.every((item) => typeof item === 'string' && isValidText(item))) {
      labels.push([label, [...new Set(list as string[])]]);
      continue;
    }
    const fault = `must be a text or a list of 1 to ${RULE_LIMITS.labelValues} texts, in which * stands for any characters, e.g. ["north"]`;
    problems.push({ field, fault });
  }
  return Object.fromEntries(labels);
}

function parseNotify(input: unknown, problems: FieldProblem[]): Rule['notify'] {
  const value = input ?? {};
  if (!isRecord(value)) {
    problems.push({ field: 'notify', fault: 'must be an object, e.g. {"channels": ["ops-mail"]}' });
    return { channels: [] };
  }
  problems.push(...unknownFields(value, ['channels'], 'notify.'));
  const channels = value['channels'] ?? [];
  if (!Array.isArray(channels) || channels.length > RULE_LIMITS.channels) {
    const fault = `must be a list of at most ${RULE_LIMITS.channels} IDs of notification channels, e.g. ["ops-mail"]`;
    problems.push({ field: 'notify.channels', fault });
    return { channels: [] };
  }
  for (const [index, channel] of (channels as unknown[]).entries()) {
    if (isAlertingId(channel)) continue;
    problems.push({
      field: `notify.channels[${index}]`,
      fault: `must be the ID of a notification channel: ${ID_FAULT}`,
    });
  }
  return { channels: [...new Set(channels as string[])] };
}

function parseCondition(
  name: unknown,
  params: unknown,
  severity: Severity | undefined,
  problems: FieldProblem[],
): Pick<Rule, 'kind' | 'params'> | undefined {
  const kind = typeof name === 'string' ? ruleKind(name) : undefined;
  if (kind === undefined) {
    problems.push({
      field: 'kind',
      fault: `must be one of ${RULE_KINDS.map((known) => known.kind).join(', ')}`,
    });
    return undefined;
  }
  const checked = kind.parseParams(params);
  if (!checked.ok) {
    problems.push(...checked.problems);
    return undefined;
  }
  let below = severity;
  for (const [index, level] of kind.higherLevels(checked.value).entries()) {
    if (below !== undefined && compareSeverity(level, below) <= 0) {
      const fault = `must be more severe than the level below it (${below}); from the least, severities are ${SEVERITIES.join(', ')}`;
      problems.push({ field: `params.levels[${index}].severity`, fault });
    }
    below = level;
  }
  return { kind: kind.kind, params: checked.value };
}
