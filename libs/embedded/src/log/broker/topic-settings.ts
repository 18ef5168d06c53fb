import { DEFAULT_TOPIC_CONFIG, type TopicConfig } from '../storage/topic-config.js';

/** Types of settings, as DescribeConfigs numbers them. */
const TYPE = { boolean: 1, string: 2, int: 3, long: 5, double: 6, list: 7 } as const;
type SettingType = (typeof TYPE)[keyof typeof TYPE];

/** A value that is not allowed; the message is for whoever set it. */
export class SettingError extends Error {
  override readonly name = 'SettingError';
}

export interface TopicSetting {
  /** As Kafka names it. */
  readonly name: string;
  readonly type: SettingType;
  readonly documentation: string;
  /** The value in force, as text. */
  read(config: TopicConfig): string;
  /** The config with the setting at `value`. @throws SettingError */
  write(config: TopicConfig, value: string): TopicConfig;
}

const INT_MAX = 2 ** 31 - 1;
const LONG_MAX = 9_223_372_036_854_775_807n;

function refuse(name: string, value: string, expected: string): never {
  throw new SettingError(`Invalid value ${value} for configuration ${name}: ${expected}`);
}

type NumberField = 'retentionMs' | 'retentionBytes' | 'segmentBytes' | 'segmentMs' | 'maxMessageBytes';

function numeric(
  name: string,
  field: NumberField,
  least: number,
  most: number,
  documentation: string,
): TopicSetting {
  return {
    name,
    type: most === INT_MAX ? TYPE.int : TYPE.long,
    documentation,
    read: (config) => String(config[field]),
    write: (config, value) => ({ ...config, [field]: parseInteger(name, value, least, most) }),
  };
}

/** Longs beyond what a number holds exactly are as good as that: each of them means "never" or "no limit". */
function parseInteger(name: string, value: string, least: number, most: number): number {
  const text = value.trim();
  if (!/^-?\d{1,19}$/.test(text)) refuse(name, value, 'Not a number');
  const exact = BigInt(text);
  if (exact > LONG_MAX || exact > BigInt(most === INT_MAX ? most : LONG_MAX))
    refuse(name, value, `at most ${most}`);
  const number = exact > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(exact);
  if (number < least) refuse(name, value, `Value must be at least ${least}`);
  return number;
}

function choice<F extends 'cleanup' | 'timestampType'>(
  name: string,
  field: F,
  type: SettingType,
  choices: Readonly<Record<string, TopicConfig[F]>>,
  documentation: string,
): TopicSetting {
  return {
    name,
    type,
    documentation,
    read: (config) => Object.keys(choices).find((text) => choices[text] === config[field]) ?? '',
    write: (config, value) => {
      const chosen = Object.hasOwn(choices, value.trim()) ? choices[value.trim()] : undefined;
      if (chosen === undefined) {
        refuse(name, value, `the embedded log knows ${Object.keys(choices).join(' and ')}`);
      }
      return { ...config, [field]: chosen };
    },
  };
}

/** Settings that the embedded log honours at one value only: another one is refused, not silently ignored. */
function fixed(name: string, type: SettingType, value: string): TopicSetting {
  return {
    name,
    type,
    documentation: `Always ${value} in the embedded log.`,
    read: () => value,
    write: (config, given) => {
      if (given.trim() !== value) refuse(name, given, `the embedded log supports ${value} only`);
      return config;
    },
  };
}

/** Settings of machinery that the embedded log does not have. Any value is accepted and changes nothing. */
function inert(name: string, type: SettingType, value: string): TopicSetting {
  return {
    name,
    type,
    documentation: 'Without effect in the embedded log.',
    read: () => value,
    write: (config) => config,
  };
}

const SETTINGS: readonly TopicSetting[] = [
  choice(
    'cleanup.policy',
    'cleanup',
    TYPE.list,
    { delete: 'delete', compact: 'compact' },
    'What happens to old records: "delete" drops them by age and size, "compact" keeps the newest of each key.',
  ),
  numeric('retention.ms', 'retentionMs', -1, Infinity, 'Age in ms at which records are dropped; -1: never.'),
  numeric('retention.bytes', 'retentionBytes', -1, Infinity, 'Bytes kept for each partition; -1: no limit.'),
  numeric('segment.bytes', 'segmentBytes', 14, INT_MAX, 'Bytes at which a new segment file is begun.'),
  numeric('segment.ms', 'segmentMs', 1, Infinity, 'Age in ms at which a new segment file is begun.'),
  numeric('max.message.bytes', 'maxMessageBytes', 0, INT_MAX, 'The largest record batch, in bytes.'),
  choice(
    'message.timestamp.type',
    'timestampType',
    TYPE.string,
    { CreateTime: 'create', LogAppendTime: 'append' },
    'Whether a record carries the time of its producer or that of its arrival.',
  ),
  fixed('compression.type', TYPE.string, 'producer'),
  fixed('min.insync.replicas', TYPE.int, '1'),
  fixed('remote.storage.enable', TYPE.boolean, 'false'),
  fixed('message.timestamp.before.max.ms', TYPE.long, String(LONG_MAX)),
  inert('message.timestamp.after.max.ms', TYPE.long, String(LONG_MAX)),
  inert('delete.retention.ms', TYPE.long, '86400000'),
  inert('min.compaction.lag.ms', TYPE.long, '0'),
  inert('max.compaction.lag.ms', TYPE.long, String(LONG_MAX)),
  inert('min.cleanable.dirty.ratio', TYPE.double, '0.5'),
  inert('flush.messages', TYPE.long, '1'),
  inert('flush.ms', TYPE.long, '0'),
  inert('file.delete.delay.ms', TYPE.long, '0'),
  inert('index.interval.bytes', TYPE.int, '4096'),
  inert('segment.index.bytes', TYPE.int, '10485760'),
  inert('segment.jitter.ms', TYPE.long, '0'),
  inert('preallocate', TYPE.boolean, 'false'),
  inert('unclean.leader.election.enable', TYPE.boolean, 'false'),
  inert('compression.gzip.level', TYPE.int, '-1'),
  inert('compression.lz4.level', TYPE.int, '9'),
  inert('compression.zstd.level', TYPE.int, '3'),
];

/** The topic settings of Kafka that the log knows, by name. */
export const TOPIC_SETTINGS: ReadonlyMap<string, TopicSetting> = new Map(
  SETTINGS.map((setting) => [setting.name, setting]),
);

/** What a request asks for: a text, or null for the default. */
export interface SettingChange {
  readonly name: string;
  readonly value: string | null;
}

/** `config` with the changes applied one after the other. @throws SettingError */
export function changeConfig(config: TopicConfig, changes: readonly SettingChange[]): TopicConfig {
  let changed = config;
  for (const { name, value } of changes) {
    const setting = TOPIC_SETTINGS.get(name);
    if (!setting) throw new SettingError(`Unknown topic config name: ${name}`);
    changed = setting.write(changed, value ?? setting.read(DEFAULT_TOPIC_CONFIG));
  }
  return changed;
}
