import type { Environment } from '@fieldstream/config';
import {
  type Channel,
  type FieldProblem,
  isAlertingId,
  isRecord,
  parseRule,
  type Rule,
} from '@fieldstream/domain';
import { parseChannel } from '@fieldstream/notify';
import { type AlertingFile } from './alerting-files.js';
import { describeProblem, type FileProblem } from './file-problem.js';
import { parseYaml, type YamlDocument } from './yaml-document.js';
import { translateChannel, type TranslatedEntry, translateRule } from './yaml-fields.js';

/** A valid rule with its place. */
export interface DefinedRule {
  readonly rule: Rule;
  readonly file: AlertingFile;
  /** The complaint that it names a channel which is not there. */
  complainOfChannel(channelId: string, known: readonly string[]): FileProblem;
}

/** A valid channel; its `config` holds secrets. */
export interface DefinedChannel {
  readonly channel: Channel;
  readonly file: AlertingFile;
}

/** What files define. Of what has a problem, nothing is in `rules` and `channels`. */
export interface AlertingDefinitions {
  readonly rules: readonly DefinedRule[];
  readonly channels: readonly DefinedChannel[];
  /** Every fault of every file, in the order of the files. */
  readonly problems: readonly FileProblem[];
}

/** Bounds of all files together; of rules, what the API allows too. */
const LIMITS = { rules: 10_000, channels: 1_000 } as const;

/** Channels that a complaint lists. */
const LISTED = 20;

/** Reads rules and channels out of files. Pure: nothing but the texts and the environment that it is given counts. */
export function parseAlertingFiles(files: readonly AlertingFile[], env: Environment): AlertingDefinitions {
  const reader = new Reader(env);
  for (const file of files) reader.read(file);
  return reader.finish();
}

class Reader {
  private readonly rules: DefinedRule[] = [];
  private readonly channels: DefinedChannel[] = [];
  private readonly problems: FileProblem[] = [];
  /** `rules greenhouse-too-hot` → where it is defined first. */
  private readonly places = new Map<string, FileProblem>();

  constructor(private readonly env: Environment) {}

  read(file: AlertingFile): void {
    const before = this.problems.length;
    this.readDocument(file);
    const own = this.problems.splice(before);
    this.problems.push(...own.sort(byPosition));
  }

  private readDocument(file: AlertingFile): void {
    const parsed = parseYaml(file.text);
    if (!parsed.ok) {
      for (const { line, column, fault } of parsed.problems)
        this.problems.push({ file: file.path, position: { line, column }, text: fault });
      return;
    }
    const { document } = parsed;
    // A file in which everything is commented out.
    if (document.value === null) return;
    const complain = (field: string, text: string): void =>
      void this.problems.push({ file: file.path, position: document.positionOf(field), text });
    if (!isRecord(document.value)) {
      complain('', 'must be a mapping with the lists channels and rules');
      return;
    }
    for (const field of Object.keys(document.value)) {
      // As in Compose files: a place for anchors.
      if (field === 'channels' || field === 'rules' || field.startsWith('x-')) continue;
      complain(field, `${field} is not known here; known are channels, rules, and names that begin with x-`);
    }
    for (const list of ['channels', 'rules'] as const) {
      const entries = document.value[list] ?? [];
      if (!Array.isArray(entries)) complain(list, `${list} must be a list`);
      else {
        for (const [index, entry] of (entries as unknown[]).entries())
          this.readEntry(list, entry, { file, document, path: `${list}[${index}]` });
      }
    }
  }

  finish(): AlertingDefinitions {
    for (const list of ['rules', 'channels'] as const) {
      const count = this[list].length;
      const last = this[list].at(-1);
      if (count <= LIMITS[list] || last === undefined) continue;
      const text = `${list} are ${count} over all files, and may be ${LIMITS[list]}`;
      this.problems.push({ file: last.file.path, text });
    }
    return { rules: this.rules, channels: this.channels, problems: this.problems };
  }

  private readEntry(list: 'rules' | 'channels', entry: unknown, at: Place): void {
    if (!isRecord(entry)) {
      const example = list === 'rules' ? 'id, name, kind and params' : 'id, name, type and config';
      this.complain(at, [{ field: '', fault: `must be a mapping with the fields of one entry: ${example}` }]);
      return;
    }
    const isNew = this.note(list, entry['id'], at);
    if (list === 'rules') {
      const translated = translateRule(entry);
      const parsed = parseRule(translated.value);
      const problems = parsed.ok ? translated.problems : merge(translated, parsed.problems);
      this.complain(at, problems);
      if (!parsed.ok || problems.length > 0 || !isNew) return;
      const { rule } = parsed;
      this.rules.push({
        rule,
        file: at.file,
        complainOfChannel: (...of) => missingChannel(entry, at, ...of),
      });
    } else {
      const translated = translateChannel(entry, this.env);
      const parsed = parseChannel(translated.value);
      const problems = parsed.ok ? translated.problems : merge(translated, parsed.problems);
      this.complain(at, problems);
      if (parsed.ok && problems.length === 0 && isNew)
        this.channels.push({ channel: parsed.value, file: at.file });
    }
  }

  /** Remembers where an ID is defined; complains and gives false where it was before. */
  private note(list: 'rules' | 'channels', id: unknown, at: Place): boolean {
    if (!isAlertingId(id)) return true;
    const key = `${list} ${id}`;
    const position = at.document.positionOf(`${at.path}.id`);
    const first = this.places.get(key);
    if (first === undefined) {
      this.places.set(key, { file: at.file.path, position, text: '' });
      return true;
    }
    const fault = `is ${id}, which is defined before at ${describeProblem(first).replace(/: $/, '')}: IDs must be unique`;
    this.complain(at, [{ field: 'id', fault }]);
    return false;
  }

  private complain(at: Place, problems: readonly FieldProblem[]): void {
    for (const problem of problems) this.problems.push(problemAt(at, problem));
  }
}

interface Place {
  readonly file: AlertingFile;
  readonly document: YamlDocument;
  readonly path: string;
}

function problemAt({ file, document, path }: Place, { field, fault }: FieldProblem): FileProblem {
  const full = field === '' ? path : `${path}.${field}`;
  return { file: file.path, position: document.positionOf(full), text: `${full} ${fault}` };
}

function missingChannel(
  entry: Record<string, unknown>,
  at: Place,
  channelId: string,
  known: readonly string[],
): FileProblem {
  const { channels } = entry['notify'] as { channels: unknown[] };
  const more = known.length > LISTED ? ` and ${known.length - LISTED} more` : '';
  const there = known.length === 0 ? 'none' : known.slice(0, LISTED).join(', ') + more;
  const fault = `must be the ID of a channel: ${channelId} is none (in the files: ${there})`;
  return problemAt(at, { field: `notify.channels[${channels.indexOf(channelId)}]`, fault });
}

function byPosition({ position: a }: FileProblem, { position: b }: FileProblem): number {
  return (a?.line ?? 0) - (b?.line ?? 0) || (a?.column ?? 0) - (b?.column ?? 0);
}

/** Problems in the terms of the file. A field that could not be translated is not told of twice. */
function merge({ problems, written }: TranslatedEntry, faults: readonly FieldProblem[]): FieldProblem[] {
  const told = new Set(problems.map(({ field }) => field));
  const further = faults.map(({ field, fault }) => {
    const duration = written.get(field);
    if (duration === undefined) return { field, fault };
    return { field: duration.field, fault: `(${duration.durationMs} ms) ${fault}` };
  });
  return [...problems, ...further.filter(({ field }) => !told.has(field))];
}

/**
 * The complaints that rules name channels which are not there.
 * @param missing What is missing; everything that is not in the files where left out.
 */
export function missingChannels(
  { rules, channels }: AlertingDefinitions,
  missing?: readonly { readonly ruleId: string; readonly channelId: string }[],
): FileProblem[] {
  const known = channels.map(({ channel }) => channel.id).sort();
  const inFiles = new Set(known);
  const listed = missing && new Set(missing.map(({ ruleId, channelId }) => `${ruleId} ${channelId}`));
  const isMissing = (ruleId: string, channelId: string): boolean =>
    listed === undefined ? !inFiles.has(channelId) : listed.has(`${ruleId} ${channelId}`);
  return rules.flatMap((defined) =>
    defined.rule.notify.channels
      .filter((channelId) => isMissing(defined.rule.id, channelId))
      .map((channelId) => defined.complainOfChannel(channelId, known)),
  );
}
