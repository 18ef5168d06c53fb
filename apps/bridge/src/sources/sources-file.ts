import { readFile } from 'node:fs/promises';
import { isNode, LineCounter, parseDocument, type Document } from 'yaml';
import { z } from 'zod';
import { fillEnvironment, type Environment } from '@fieldstream/config';
import { BridgeError } from '../bridge-error.js';
import type { SourceDefinition, SourceSubscription } from './source-definition.js';

const SCHEMES: ReadonlySet<string> = new Set(['mqtt:', 'mqtts:', 'ws:', 'wss:']);
const MAX_SOURCES = 100;
const MAX_FILTERS = 200;
const MAX_ALIASES = 100;
const HOUR_SECONDS = 3_600;

const named = (what: string): z.ZodType<string> => z.string(`must be ${what}`).min(1, `must be ${what}`);

const filter = named('a topic filter, e.g. "zigbee2mqtt/#"').superRefine((value, context) => {
  const fault = filterFault(value);
  if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
});

const subscription = z.union(
  [
    filter.transform((topic) => ({ filter: topic, qos: 1 as const })),
    z.strictObject({
      filter,
      qos: z.literal([0, 1, 2], 'must be 0, 1 or 2').default(1),
    }),
  ],
  'must be a topic filter without empty or misplaced levels, e.g. "tele/#", or { filter: "tele/#", qos: 0 }',
);
const filters = z
  .array(subscription, 'must be a list of topic filters, e.g. ["tele/#"]')
  .max(MAX_FILTERS, `may have at most ${MAX_FILTERS} filters`);

const url = named('a URL such as mqtt://192.168.1.5:1883, or one with mqtts, ws or wss').superRefine(
  (value, context) => {
    const issue = urlFault(value);
    if (issue !== undefined) context.addIssue({ code: 'custom', message: issue });
  },
);

const whole = (min: number, max: number, example: number): z.ZodType<number> =>
  z
    .int(`must be a whole number, e.g. ${example}`)
    .min(min, `must be at least ${min}, e.g. ${example}`)
    .max(max, `must be at most ${max}, e.g. ${example}`);

const source = z
  .strictObject({
    name: z
      .string('must be a name, e.g. house')
      .regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'must be 1 to 32 of a-z, 0-9 and -, e.g. house'),
    url,
    protocol: z.literal([5, '5', '3.1.1'], 'must be 5 or 3.1.1').default(5),
    clientId: named('a text, e.g. fieldstream-house').optional(),
    username: named('a text').optional(),
    password: named('a text, e.g. ${HOUSE_PASSWORD}').optional(),
    passwordFile: named('the path of a file').optional(),
    ca: named('the path of a PEM file').optional(),
    cert: named('the path of a PEM file').optional(),
    key: named('the path of a PEM file').optional(),
    rejectUnauthorized: z.boolean('must be true or false').default(true),
    topics: filters.min(1, 'must name at least one topic filter, e.g. ["tele/#"]'),
    metadata: filters.default([]),
    sharedGroup: z
      .string('must be a name, e.g. fieldstream')
      .regex(/^[^/+#\0]{1,64}$/, 'must be 1 to 64 characters without /, + and #, e.g. fieldstream')
      .optional(),
    keepaliveSeconds: whole(5, 3_600, 60).default(60),
    sessionExpiryHours: whole(1, 24 * 365, 168).default(168),
    maxBacklogMessages: whole(1, 65_535, 1_000).default(1_000),
    maxBacklogBytes: whole(1_024, 256 * 1024 * 1024, 16_777_216).default(16 * 1024 * 1024),
  })
  .superRefine((value, context) => {
    const fault = (field: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [field], message });
    if (value.password !== undefined && value.passwordFile !== undefined)
      fault('passwordFile', 'cannot stand beside password: give one of them');
    const hasPassword = value.password !== undefined || value.passwordFile !== undefined;
    if (hasPassword && value.username === undefined && value.protocol === '3.1.1')
      fault('username', 'must be given where there is a password: MQTT 3.1.1 has none without it');
    if ((value.cert === undefined) !== (value.key === undefined))
      fault(value.cert === undefined ? 'cert' : 'key', 'must be given: cert and key belong together');
    const isSecure = /^(mqtts|wss):/.test(value.url);
    for (const field of ['ca', 'cert', 'key'] as const) {
      if (value[field] !== undefined && !isSecure) fault(field, 'needs a URL of mqtts:// or wss://');
    }
    const all = [...value.topics, ...value.metadata].map((entry) => entry.filter);
    const twice = all.find((topic, index) => all.indexOf(topic) !== index);
    if (twice !== undefined) fault('topics', `and metadata name ${twice} twice`);
    if (value.metadata.length > 0 && value.sharedGroup === undefined)
      fault('metadata', 'is for sources with a sharedGroup: without one, name the filters under topics');
  });

const file = z.strictObject(
  {
    sources: z
      .array(source, 'must be a list of sources')
      .max(MAX_SOURCES, `may have at most ${MAX_SOURCES} sources`),
  },
  'must be a mapping with the key sources',
);

/**
 * Reads the file of foreign brokers. Nothing is connected to.
 * @param env What `${NAME}` in a text stands for
 * @throws BridgeError `sources-invalid`, with a line for each fault; no value of a secret is shown
 */
export async function readSources(path: string, env: Environment): Promise<readonly SourceDefinition[]> {
  let content: string;
  try {
    content = await readFile(path, 'utf8');
  } catch (cause) {
    const message = `SOURCES_PATH names ${path}, which cannot be read: ${(cause as Error).message}`;
    throw new BridgeError('sources-invalid', message, { cause });
  }
  const parsed = parseSources(content, env);
  if (parsed.ok) return parsed.sources;
  const lines = parsed.faults.map(({ line, fault }) => `${path}:${line}: ${fault}`);
  throw new BridgeError('sources-invalid', `the sources cannot be used:\n${lines.join('\n')}`);
}

/** A fault and its line, which counts from 1. */
export interface SourcesFault {
  readonly line: number;
  readonly fault: string;
}

/** The sources that a YAML text describes, or everything that is wrong with it. */
export function parseSources(
  text: string,
  env: Environment,
):
  | { readonly ok: true; readonly sources: readonly SourceDefinition[] }
  | { readonly ok: false; readonly faults: readonly SourcesFault[] } {
  const lineCounter = new LineCounter();
  const lineAt = (offset: number): number => Math.max(1, lineCounter.linePos(offset).line);
  const document = parseDocument(text, { version: '1.2', prettyErrors: false, lineCounter });
  if (document.errors.length > 0) {
    // What the parser says of a place may quote it, and so a secret; its code does not.
    const faults = document.errors.map(({ pos, code }) => ({
      line: lineAt(pos[0]),
      fault: `is no valid YAML (${code.toLowerCase().replaceAll('_', ' ')})`,
    }));
    return { ok: false, faults };
  }
  const faults: SourcesFault[] = [];
  const at = (path: readonly PropertyKey[]): number => lineAt(offsetOf(document, path));
  let content: unknown;
  try {
    content = document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch {
    const fault = 'has an alias of an anchor that is not before it, or too many aliases';
    return { ok: false, faults: [{ line: 1, fault }] };
  }
  const filled = fillTexts(content, env, [], (path, fault) =>
    faults.push({ line: at(path), fault: `${nameOf(path)} ${fault}` }),
  );
  if (faults.length > 0) return { ok: false, faults };
  const result = file.safeParse(filled);
  if (!result.success) {
    for (const { path, message, code, ...issue } of result.error.issues) {
      const keys = code === 'unrecognized_keys' ? (issue as { keys: string[] }).keys : undefined;
      const fault = keys ? `has no field ${keys.join(', ')}: the documentation lists all` : message;
      faults.push({ line: at(keys ? [...path, keys[0] ?? ''] : path), fault: `${nameOf(path)} ${fault}` });
    }
    return { ok: false, faults };
  }
  const names = new Set<string>();
  for (const [index, { name }] of result.data.sources.entries()) {
    const path = ['sources', index, 'name'];
    if (names.has(name))
      faults.push({ line: at(path), fault: `${nameOf(path)} is taken: ${name} is there twice` });
    names.add(name);
  }
  if (faults.length > 0) return { ok: false, faults };
  return { ok: true, sources: result.data.sources.map(toDefinition) };
}

function toDefinition(entry: z.output<typeof source>): SourceDefinition {
  const { sharedGroup } = entry;
  const shared: SourceSubscription[] = entry.topics.map(({ filter: topic, qos }) => ({
    filter: sharedGroup === undefined ? topic : `$share/${sharedGroup}/${topic}`,
    qos,
    isShared: sharedGroup !== undefined,
  }));
  const own = entry.metadata.map(({ filter: topic, qos }) => ({ filter: topic, qos, isShared: false }));
  return {
    name: entry.name,
    url: entry.url,
    protocolVersion: entry.protocol === '3.1.1' ? 4 : 5,
    clientId: entry.clientId,
    username: entry.username,
    password: entry.password,
    files: { password: entry.passwordFile, ca: entry.ca, cert: entry.cert, key: entry.key },
    rejectUnauthorized: entry.rejectUnauthorized,
    subscriptions: [...shared, ...own],
    keepaliveSeconds: entry.keepaliveSeconds,
    sessionExpirySeconds: entry.sessionExpiryHours * HOUR_SECONDS,
    maxBacklogMessages: entry.maxBacklogMessages,
    maxBacklogBytes: entry.maxBacklogBytes,
  };
}

/** What is wrong with a topic filter (MQTT 3.1.1, section 4.7.1). */
function filterFault(value: string): string | undefined {
  if (value.startsWith('$'))
    return 'must not begin with $: $SYS is not taken in, and $share is made of sharedGroup';
  const levels = value.split('/');
  const isValid = levels.every((level, index) =>
    level.includes('#')
      ? level === '#' && index === levels.length - 1
      : !level.includes('+') || level === '+',
  );
  return isValid
    ? undefined
    : 'must have + alone in a level, and # alone in the last one, e.g. "site/+/state" or "tele/#"';
}

function urlFault(value: string): string | undefined {
  const example = 'mqtt://192.168.1.5:1883';
  if (!URL.canParse(value)) return `must be a URL, e.g. ${example}`;
  const { protocol, hostname, username, password } = new URL(value);
  if (!SCHEMES.has(protocol)) return `must begin with mqtt://, mqtts://, ws:// or wss://, e.g. ${example}`;
  if (hostname === '') return `must name a host, e.g. ${example}`;
  if (username !== '' || password !== '')
    return 'must not hold credentials, since it is logged: give username and password fields of their own';
  return undefined;
}

type FaultSink = (path: readonly PropertyKey[], fault: string) => void;

function fillTexts(
  value: unknown,
  env: Environment,
  path: readonly PropertyKey[],
  onFault: FaultSink,
): unknown {
  if (typeof value === 'string') {
    const filled = fillEnvironment(value, env);
    if (filled.ok) return filled.text;
    onFault(path, filled.fault);
    return value;
  }
  if (Array.isArray(value))
    return value.map((item, index) => fillTexts(item, env, [...path, index], onFault));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, fillTexts(item, env, [...path, key], onFault)]),
  );
}

/** Where a field stands; of one that is not there, where the nearest thing around it stands. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  for (let length = path.length; length >= 0; length--) {
    const node: unknown = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}

function nameOf(path: readonly PropertyKey[]): string {
  if (path.length === 0) return 'the file';
  return path.reduce<string>(
    (name, part) =>
      typeof part === 'number' ? `${name}[${part}]` : name === '' ? String(part) : `${name}.${String(part)}`,
    '',
  );
}
