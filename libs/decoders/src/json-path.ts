/**
 * A place in a parsed payload. Grammar: `[$|@] step…`, a step being `.name`, `[index]` (negative: from the end) or
 * `['any text']`; the first `.` may be left out. A name has no `. [ ] { } ' "` and no white space. `$` is the whole payload,
 * `@`, or nothing, the element at hand: the payload itself unless a mapping takes each element of an array.
 */
export interface JsonPath {
  readonly from: 'payload' | 'element';
  readonly steps: readonly (string | number)[];
}

const MAX_STEPS = 16;
const STEP = /\.?([^.[\]{}'"\s]+)|\.?\[(-?\d{1,6})\]|\.?\[(?:'([^']*)'|"([^"]*)")\]/y;

/** Reads a path; undefined for what is none. */
export function parseJsonPath(text: string): JsonPath | undefined {
  const root = /^[$@](?=[.[]|$)/.exec(text)?.[0];
  const steps: (string | number)[] = [];
  const rest = root === undefined ? text : text.slice(1);
  STEP.lastIndex = 0;
  while (STEP.lastIndex < rest.length) {
    const at = STEP.lastIndex;
    const match = STEP.exec(rest);
    // Between two names there is a dot; a path does not begin with one, unless after its root.
    if (!match || (match[1] !== undefined && at > 0 !== match[0].startsWith('.') && !(root && at === 0)))
      return undefined;
    const [, name, index, single, double] = match;
    steps.push(index === undefined ? (name ?? single ?? double ?? '') : Number(index));
    if (steps.length > MAX_STEPS) return undefined;
  }
  if (root === undefined && steps.length === 0) return undefined;
  return { from: root === '$' ? 'payload' : 'element', steps };
}

/** What stands at a path; undefined if there is nothing. Members that an object does not have itself are not seen. */
export function readJsonPath(path: JsonPath, payload: unknown, element: unknown): unknown {
  let value = path.from === 'payload' ? payload : element;
  for (const step of path.steps) {
    if (typeof value !== 'object' || value === null) return undefined;
    if (Array.isArray(value)) {
      if (typeof step !== 'number') return undefined;
      value = (value as unknown[]).at(step);
    } else {
      const key = String(step);
      value = Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
    }
  }
  return value;
}
