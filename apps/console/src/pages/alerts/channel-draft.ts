import { isRecord, type Severity } from '@fieldstream/domain';
import type { Schema } from '../../client/api.js';

/** A notification channel while it is edited. */
export interface ChannelDraft {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly enabled: boolean;
  readonly minSeverity: Severity;
  readonly sendResolved: boolean;
  /** Undefined: that of the type. */
  readonly groupWaitMs: number | undefined;
  readonly messagesPerMinute: number | undefined;
  /** As the API gives and takes it: a secret that is set is `{ isSet: true }`, one that is taken away is null. */
  readonly config: Readonly<Record<string, unknown>>;
}

type Channel = Schema<'Channel'>;
type Body = Schema<'NewChannel'>;

/** How a setting is entered. */
export type SettingShape = 'text' | 'number' | 'flag' | 'texts' | 'pairs' | 'lines' | 'choice' | 'template';

const SHAPES: Readonly<Record<string, SettingShape>> = {
  method: 'choice',
  port: 'number',
  priority: 'number',
  secure: 'flag',
  requireTls: 'flag',
  to: 'texts',
  tags: 'texts',
  headers: 'pairs',
  labels: 'pairs',
  ca: 'lines',
  template: 'template',
};

/** How a setting of any type is entered: by its name, which means the same in all of them. */
export function shapeOf(name: string): SettingShape {
  return Object.hasOwn(SHAPES, name) ? (SHAPES[name] ?? 'text') : 'text';
}

/** The texts of a template, by type. */
export function templateFields(type: string): readonly string[] {
  return type === 'webhook' ? ['body', 'contentType'] : ['title', 'text'];
}

/** Whether the server holds a secret for a setting, whose value it does not show. */
export function isSetMark(value: unknown): boolean {
  return isRecord(value) && value['isSet'] === true && Object.keys(value).length === 1;
}

/** A channel to begin with. */
export function newChannel(type: string): ChannelDraft {
  return {
    id: '',
    name: '',
    type,
    enabled: true,
    minSeverity: 'info',
    sendResolved: true,
    groupWaitMs: undefined,
    messagesPerMinute: undefined,
    config: {},
  };
}

/** The draft of a channel that is there. */
export function channelDraftOf(channel: Channel): ChannelDraft {
  const { id, name, type, enabled, minSeverity, sendResolved, config } = channel;
  const { groupWaitMs, messagesPerMinute } = channel;
  return { id, name, type, enabled, minSeverity, sendResolved, groupWaitMs, messagesPerMinute, config };
}

/** What is sent to the API. */
export function channelOf(draft: ChannelDraft): Body {
  const { groupWaitMs, messagesPerMinute, ...rest } = draft;
  return {
    ...rest,
    name: draft.name.trim(),
    type: draft.type as Body['type'],
    config: withoutEmpty(draft.config),
    ...(groupWaitMs === undefined ? {} : { groupWaitMs }),
    ...(messagesPerMinute === undefined ? {} : { messagesPerMinute }),
  };
}

/** A setting that is left empty is not sent; null, which takes a secret away, is. */
function withoutEmpty(config: ChannelDraft['config']): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(config).flatMap(([name, value]): [string, unknown][] => {
      if (value === undefined || value === '') return [];
      if (Array.isArray(value)) return value.length === 0 ? [] : [[name, value]];
      if (!isRecord(value) || isSetMark(value)) return [[name, value]];
      const held = Object.entries(value).filter(
        ([key, held_]) => key !== '' && held_ !== undefined && held_ !== '',
      );
      return held.length === 0 ? [] : [[name, Object.fromEntries(held)]];
    }),
  );
}

/** Whether a test of the draft as it stands is possible: secrets that only the server has are not sent with a draft. */
export function hasKeptSecrets({ config }: Pick<ChannelDraft, 'config'>): boolean {
  return Object.values(config).some(
    (value) => isSetMark(value) || (isRecord(value) && Object.values(value).some(isSetMark)),
  );
}
