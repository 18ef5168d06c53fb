/** One level of a topic pattern. */
type Level =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'any' }
  | { readonly kind: 'value'; readonly name: string; readonly before: string; readonly after: string };

/**
 * A topic with placeholders: `plant/{line}/sensor-{id}/data`. `{name}` stands for a level or a part of one, `+` for a level
 * that is not needed; at the end `{name...}` stands for one or more levels, `#` for one or more that are not needed.
 */
export interface TopicPattern {
  /** What the first level begins with, if it is fixed: patterns are looked up by it. */
  readonly firstLevel: string | undefined;
  readonly placeholders: readonly string[];
  /** The placeholders' values; undefined if the topic is another. */
  match(levels: readonly string[]): ReadonlyMap<string, string> | undefined;
}

const MAX_LEVELS = 32;
const NAME = '[A-Za-z][A-Za-z0-9_]{0,31}';
const VALUE = new RegExp(`^([^{}]*)\\{(${NAME})\\}([^{}]*)$`);
const REST = new RegExp(`^\\{(${NAME})\\.\\.\\.\\}$`);

/** @returns the pattern, or what is wrong with it in words that follow "topic" */
export function parseTopicPattern(text: string): TopicPattern | string {
  const parts = text.split('/');
  if (parts.length > MAX_LEVELS) return `has ${parts.length} levels, at most ${MAX_LEVELS} are taken`;
  const last = parts.at(-1) ?? '';
  const rest = last === '#' ? '' : REST.exec(last)?.[1];
  const levels: Level[] = [];
  const names = rest ? [rest] : [];
  for (const part of rest === undefined ? parts : parts.slice(0, -1)) {
    const level = parseLevel(part);
    if (!level) return `has a level that is neither text, + nor one {placeholder}: ${JSON.stringify(part)}`;
    if (level.kind === 'value') names.push(level.name);
    levels.push(level);
  }
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) return `has the placeholder {${twice}} twice`;
  const [first] = levels;
  if (!first || (levels.length === 1 && first.kind !== 'text' && rest !== undefined)) {
    return 'would take every publish: begin it with a fixed level';
  }
  if (first.kind === 'text' && (first.text.startsWith('$') || first.text === 'alerts')) {
    return `begins with ${first.text}, where no device publishes`;
  }
  return {
    firstLevel: first.kind === 'text' ? first.text : undefined,
    placeholders: names,
    match: (topic: readonly string[]) => matchLevels(levels, rest, topic),
  };
}

function parseLevel(part: string): Level | undefined {
  if (part === '+') return { kind: 'any' };
  const match = VALUE.exec(part);
  if (match) return { kind: 'value', name: match[2] ?? '', before: match[1] ?? '', after: match[3] ?? '' };
  return /[{}+#]/.test(part) ? undefined : { kind: 'text', text: part };
}

function matchLevels(
  levels: readonly Level[],
  rest: string | undefined,
  topic: readonly string[],
): ReadonlyMap<string, string> | undefined {
  if (rest === undefined ? topic.length !== levels.length : topic.length <= levels.length) return undefined;
  const values = new Map<string, string>();
  for (const [index, level] of levels.entries()) {
    const actual = topic[index] ?? '';
    if (level.kind === 'text' ? actual !== level.text : actual === '') return undefined;
    if (level.kind !== 'value') continue;
    const { before, after } = level;
    const isLong = actual.length > before.length + after.length;
    if (!isLong || !actual.startsWith(before) || !actual.endsWith(after)) return undefined;
    values.set(level.name, actual.slice(before.length, actual.length - after.length));
  }
  if (rest) values.set(rest, topic.slice(levels.length).join('/'));
  return values;
}
