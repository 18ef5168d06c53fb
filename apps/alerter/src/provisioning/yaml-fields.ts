import { type Environment, fillEnvironment } from '@fieldstream/config';
import { type FieldProblem, isRecord } from '@fieldstream/domain';
import { DURATION_FAULT, parseDurationText } from './duration-text.js';

/**
 * Fields that hold a duration: in files `for: 5m` stands for `forMs: 300000`. `perMs` has no such form, because `per` is
 * a field of its own.
 */
export const DURATION_FIELDS = {
  rule: ['for', 'clearFor'],
  params: ['window', 'within', 'after', 'hold'],
  levels: ['after'],
  channel: ['groupWait'],
} as const;

/** An entry of a file in the terms of the API. */
export interface TranslatedEntry {
  readonly value: Readonly<Record<string, unknown>>;
  readonly problems: readonly FieldProblem[];
  /** What is written otherwise in the file, by the field's name in the API: `forMs` → `for`. */
  readonly written: ReadonlyMap<string, WrittenDuration>;
}

export interface WrittenDuration {
  readonly field: string;
  /** What it came to; `undefined` for a text that is no duration. */
  readonly durationMs: number | undefined;
}

/** Turns a rule as a file has it into what `parseRule` checks. Whatever has another shape is left as it is. */
export function translateRule(entry: Readonly<Record<string, unknown>>): TranslatedEntry {
  const notes = new Notes();
  const rule = notes.withDurations(entry, DURATION_FIELDS.rule, '');
  if (isRecord(rule['params'])) {
    const params = notes.withDurations(rule['params'], DURATION_FIELDS.params, 'params.');
    rule['params'] = params;
    if (Array.isArray(params['levels'])) {
      params['levels'] = (params['levels'] as unknown[]).map((level, index) =>
        isRecord(level)
          ? notes.withDurations(level, DURATION_FIELDS.levels, `params.levels[${index}].`)
          : level,
      );
    }
  }
  return { value: rule, problems: notes.problems, written: notes.written };
}

/** The same for a channel, with the environment's values in the texts of its `config`. */
export function translateChannel(
  entry: Readonly<Record<string, unknown>>,
  env: Environment,
): TranslatedEntry {
  const notes = new Notes();
  const channel = notes.withDurations(entry, DURATION_FIELDS.channel, '');
  if ('config' in channel) channel['config'] = notes.withEnvironment(channel['config'], env, 'config');
  return { value: channel, problems: notes.problems, written: notes.written };
}

class Notes {
  readonly problems: FieldProblem[] = [];
  readonly written = new Map<string, WrittenDuration>();

  /** A copy in which `<stem>: 5m` is `<stem>Ms: 300000`. */
  withDurations(
    record: Readonly<Record<string, unknown>>,
    stems: readonly string[],
    path: string,
  ): Record<string, unknown> {
    const copy: Record<string, unknown> = Object.fromEntries(Object.entries(record));
    for (const stem of stems) {
      if (!Object.hasOwn(record, stem)) continue;
      const field = `${stem}Ms`;
      delete copy[stem];
      if (Object.hasOwn(record, field)) {
        const fault = `stands for ${field} in another unit, and both are given: leave one of them out`;
        this.problems.push({ field: `${path}${stem}`, fault });
        continue;
      }
      const text = record[stem];
      const durationMs = typeof text === 'string' ? parseDurationText(text) : undefined;
      this.written.set(`${path}${field}`, { field: `${path}${stem}`, durationMs });
      if (durationMs === undefined) this.problems.push({ field: `${path}${stem}`, fault: DURATION_FAULT });
      else copy[field] = durationMs;
    }
    return copy;
  }

  /** A copy with the environment's values in its texts. What is shared through aliases stays shared. */
  withEnvironment(
    value: unknown,
    env: Environment,
    path: string,
    done = new Map<object, unknown>(),
  ): unknown {
    if (typeof value === 'string') {
      const filled = fillEnvironment(value, env);
      if (filled.ok) return filled.text;
      this.problems.push({ field: path, fault: filled.fault });
      return value;
    }
    if (typeof value !== 'object' || value === null) return value;
    if (done.has(value)) return done.get(value);
    const copy: unknown = Array.isArray(value)
      ? (value as unknown[]).map((item, index) => this.withEnvironment(item, env, `${path}[${index}]`, done))
      : Object.fromEntries(
          Object.entries(value).map(([key, item]) => [
            key,
            this.withEnvironment(item, env, `${path}.${key}`, done),
          ]),
        );
    done.set(value, copy);
    return copy;
  }
}
