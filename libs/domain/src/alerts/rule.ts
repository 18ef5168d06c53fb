import { isValidDeviceId, isValidMetricName, isValidText } from '../names.js';
import { isRecord, unknownFields } from './checking.js';
import { type FieldProblem } from './rule-kind.js';
import { RULE_KINDS, ruleKind } from './rule-kinds.js';

export const SEVERITIES = ['info', 'warning', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** Limits on what one rule may contain. */
export const RULE_LIMITS = {
  nameLength: 200,
  /** Device patterns of one rule. */
  devices: 1000,
  /** 30 days. */
  durationMs: 30 * 24 * 60 * 60 * 1000,
  webhooks: 10,
  webhookLength: 2048,
} as const;

/** An alert rule. Made by `parseRule` alone, so that what is stored and evaluated has been checked. */
export interface Rule {
  /** Lower-case letters, digits and `-`; at most 64 characters; never changes. */
  readonly id: string;
  /** For people. */
  readonly name: string;
  readonly enabled: boolean;
  readonly severity: Severity;
  /** Which series the rule watches, each for itself. */
  readonly scope: {
    /** Device IDs; `*` in one stands for any run of characters. */
    readonly devices: readonly string[];
    readonly metric: string;
  };
  /** Name of a `RuleKind`. */
  readonly kind: string;
  /** Parameters that the kind has checked. */
  readonly params: object;
  /** For how long a breach must last, in event time, before the alert fires. */
  readonly forMs: number;
  /** For how long the value must stay clear, in event time, before the alert is resolved. */
  readonly clearForMs: number;
  readonly notify: {
    /** http or https addresses, normalised; each transition is posted to each of them. */
    readonly webhooks: readonly string[];
  };
}

export type ParsedRule =
  | { readonly ok: true; readonly rule: Rule }
  | { readonly ok: false; readonly problems: readonly FieldProblem[] };

/** Lower-case letters, digits and `-`, not starting with `-`. */
const RULE_ID = /^[a-z0-9][a-z0-9-]{0,63}$/;

const FIELDS = [
  'id',
  'name',
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
 * `severity` is `warning`, `scope.devices` is every device, both durations are 0 and `notify` is empty.
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
  check(
    'id',
    typeof id === 'string' && RULE_ID.test(id),
    id,
    'must be 1 to 64 lower-case letters, digits or hyphens, not starting with a hyphen, e.g. greenhouse-too-hot',
  );
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
  const enabled = input['enabled'] ?? true;
  check('enabled', typeof enabled === 'boolean', enabled, 'must be true or false');
  const severity = SEVERITIES.find((known) => known === (input['severity'] ?? 'warning'));
  check('severity', severity !== undefined, severity, `must be one of ${SEVERITIES.join(', ')}`);
  const forMs = parseDuration(input['forMs'], 'forMs', problems);
  const clearForMs = parseDuration(input['clearForMs'], 'clearForMs', problems);
  const scope = parseScope(input['scope'], problems);
  const notify = parseNotify(input['notify'], problems);
  const condition = parseCondition(input['kind'], input['params'], problems);

  if (problems.length > 0 || severity === undefined || condition === undefined)
    return { ok: false, problems };
  return {
    ok: true,
    rule: {
      id: id as string,
      name: name as string,
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

function parseScope(value: unknown, problems: FieldProblem[]): Rule['scope'] {
  if (!isRecord(value)) {
    const fault = 'must be an object, e.g. {"devices": ["greenhouse-*"], "metric": "temperature"}';
    problems.push({ field: 'scope', fault });
    return { devices: [], metric: '' };
  }
  problems.push(...unknownFields(value, ['devices', 'metric'], 'scope.'));
  const metric = value['metric'];
  if (typeof metric !== 'string' || !isValidMetricName(metric)) {
    problems.push({ field: 'scope.metric', fault: 'must be the name of one metric, e.g. temperature' });
  }
  const devices = value['devices'] ?? ['*'];
  if (!Array.isArray(devices) || devices.length === 0 || devices.length > RULE_LIMITS.devices) {
    const fault = `must be a list of 1 to ${RULE_LIMITS.devices} device IDs, in which * stands for any characters, e.g. ["greenhouse-*"]`;
    problems.push({ field: 'scope.devices', fault });
    return { devices: [], metric: '' };
  }
  for (const [index, device] of devices.entries()) {
    if (typeof device === 'string' && isValidDeviceId(device)) continue;
    const fault =
      'must be a device ID of 1 to 128 characters without / + #, in which * stands for any characters, e.g. greenhouse-*';
    problems.push({ field: `scope.devices[${index}]`, fault });
  }
  return { devices: [...new Set(devices as string[])], metric: metric as string };
}

function parseNotify(value: unknown, problems: FieldProblem[]): Rule['notify'] {
  if (value === undefined) return { webhooks: [] };
  if (!isRecord(value)) {
    const fault = 'must be an object, e.g. {"webhooks": ["https://example.org/hook"]}';
    problems.push({ field: 'notify', fault });
    return { webhooks: [] };
  }
  problems.push(...unknownFields(value, ['webhooks'], 'notify.'));
  const webhooks = value['webhooks'] ?? [];
  if (!Array.isArray(webhooks) || webhooks.length > RULE_LIMITS.webhooks) {
    const fault = `must be a list of at most ${RULE_LIMITS.webhooks} addresses, e.g. ["https://example.org/hook"]`;
    problems.push({ field: 'notify.webhooks', fault });
    return { webhooks: [] };
  }
  const hrefs = new Set<string>();
  for (const [index, webhook] of webhooks.entries()) {
    const fault = webhookFault(webhook);
    if (fault !== undefined) problems.push({ field: `notify.webhooks[${index}]`, fault });
    else hrefs.add(new URL(webhook as string).href);
  }
  return { webhooks: [...hrefs] };
}

function webhookFault(value: unknown): string | undefined {
  const example = 'e.g. https://example.org/hook';
  if (typeof value !== 'string' || value.length > RULE_LIMITS.webhookLength || !URL.canParse(value)) {
    return `must be a web address of at most ${RULE_LIMITS.webhookLength} characters, ${example}`;
  }
  const url = new URL(value);
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    return `must start with http:// or https://, ${example}`;
  if (url.username !== '' || url.password !== '') return `must not carry a user name or password, ${example}`;
  return undefined;
}

function parseCondition(
  name: unknown,
  params: unknown,
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
  if (checked.ok) return { kind: kind.kind, params: checked.value };
  problems.push(...checked.problems);
  return undefined;
}
