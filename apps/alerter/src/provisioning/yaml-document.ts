import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  visit,
  type YAMLError,
} from 'yaml';

/** A place in a text; both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** What keeps a text from being read as YAML. */
export interface YamlProblem extends Position {
  readonly fault: string;
}

/** A YAML document with the places of what stands in it. */
export interface YamlDocument {
  /** As JSON would give it; null for a document without content. */
  readonly value: unknown;
  /**
   * Where a field stands, e.g. `rules[2].params.threshold`: the value of a text or number, the key of a list or mapping.
   * Of a field that is not there, where the nearest thing around it stands.
   */
  positionOf(field: string): Position;
}

export type ParsedYaml =
  | { readonly ok: true; readonly document: YamlDocument }
  | { readonly ok: false; readonly problems: readonly YamlProblem[] };

/** Bound on what aliases may multiply: a few kilobytes could else stand for gigabytes. */
const MAX_ALIASES = 1000;
/** Nodes around a node, of which a mapping's level has two. */
const MAX_DEPTH = 100;

/**
 * Reads one YAML 1.2 document of the core schema. Keys are unique, tags are refused, aliases are bounded. Problems never
 * quote the text: it may hold secrets.
 */
export function parseYaml(text: string): ParsedYaml {
  const lines = new LineCounter();
  const place = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  let document: Document.Parsed;
  try {
    document = parseDocument(text, {
      version: '1.2',
      schema: 'core',
      resolveKnownTags: false,
      prettyErrors: false,
      logLevel: 'error',
      lineCounter: lines,
    });
  } catch {
    // The parser recurses: thousands of nested lists end its stack.
    return { ok: false, problems: [{ line: 1, column: 1, fault: TOO_DEEP }] };
  }
  const problems: YamlProblem[] = [];
  for (const error of firstErrors(document.errors)) {
    problems.push({ ...place(error.pos[0]), fault: faultOf(error) });
  }
  if (problems.length === 0) problems.push(...nodeProblems(document, place));
  if (problems.length > 0) return { ok: false, problems: firstOfEachLine(problems) };
  try {
    const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
    const positionOf = (field: string): Position => place(offsetOf(document, field));
    return { ok: true, document: { value, positionOf } };
  } catch {
    return { ok: false, problems: [{ line: 1, column: 1, fault: TOO_MANY_ALIASES }] };
  }
}

const QUOTE = 'write a text that begins with this character in quotes';

const EMPTY_BLOCK = `has > or | where a value begins, which stands for a text in the lines below: ${QUOTE}, e.g. ">"`;
const TOO_DEEP = 'is nested too deeply: rules and channels need a few levels';
const TOO_MANY_ALIASES = `is one alias too many: a file may have ${MAX_ALIASES}, those within others multiplied`;

const FAULTS: Readonly<Partial<Record<YAMLError['code'], string>>> = {
  BAD_ALIAS: `has * where a value begins, which stands for an alias: ${QUOTE}, e.g. "*"`,
  BAD_DIRECTIVE: 'has a directive (a line that begins with %) that is not known',
  BAD_DQ_ESCAPE:
    'has an unknown escape in a text in double quotes: write \\\\ for a backslash, or use single quotes',
  BAD_INDENT: 'is not indented as what it belongs to, or a bracket before it is not closed',
  BAD_SCALAR_START: `has a value that begins with a character that YAML keeps for itself: ${QUOTE}`,
  BLOCK_AS_IMPLICIT_KEY:
    'has a second "key: value" in the same line: write it in a line of its own, or in quotes',
  DUPLICATE_KEY: 'is a key that this mapping has already: keys must be unique',
  MISSING_CHAR:
    'lacks a character before this place, mostly a closing quote or bracket, or the : after a key',
  MULTILINE_IMPLICIT_KEY: 'is a key over several lines: perhaps the : after it is missing',
  MULTIPLE_DOCS: 'begins a second document (---): a file must hold one',
  RESOURCE_EXHAUSTION: TOO_DEEP,
  TAB_AS_INDENT: 'is indented with a tab: use spaces',
};

function faultOf({ code, message }: YAMLError): string {
  if (message.startsWith('Block scalar header')) return EMPTY_BLOCK;
  return FAULTS[code] ?? 'is not valid YAML here: check the indentation, quotes and brackets around it';
}

/** After these the rest of the text is read as it was meant. */
const LOCAL_ERRORS: ReadonlySet<YAMLError['code']> = new Set([
  'BAD_ALIAS',
  'BAD_DQ_ESCAPE',
  'BAD_SCALAR_START',
  'DUPLICATE_KEY',
  'TAB_AS_INDENT',
]);

/** What comes after an error of structure mostly follows from it. */
function firstErrors(errors: readonly YAMLError[]): readonly YAMLError[] {
  const inOrder = errors.toSorted((a, b) => a.pos[0] - b.pos[0]);
  const last = inOrder.findIndex(({ code }) => !LOCAL_ERRORS.has(code));
  return last === -1 ? inOrder : inOrder.slice(0, last + 1);
}

/** What YAML allows and these files do not: tags, aliases without an anchor, and aliases within their own anchor. */
function nodeProblems(document: Document.Parsed, place: (offset: number) => Position): YamlProblem[] {
  const problems: YamlProblem[] = [];
  const complain = (node: Node, fault: string): void =>
    void problems.push({ ...place(node.range?.[0] ?? 0), fault });
  let aliases = 0;
  visit(document, {
    Alias(_, alias, path) {
      aliases += 1;
      if (aliases > MAX_ALIASES) {
        complain(alias, TOO_MANY_ALIASES);
        return visit.BREAK;
      }
      const source = alias.resolve(document);
      if (source === undefined)
        complain(alias, `is an alias of an anchor that is not before it: ${QUOTE} (*), e.g. "*-north"`);
      else if (path.includes(source)) complain(alias, 'is an alias of something that it is a part of');
    },
    Node(_, node, path) {
      if (path.length > MAX_DEPTH) {
        complain(node, TOO_DEEP);
        return visit.BREAK;
      }
      if ('tag' in node && node.tag !== undefined)
        complain(node, `has a tag (a word that begins with !), which is not taken here: ${QUOTE}, e.g. "!="`);
      else if (isScalar(node) && node.type?.startsWith('BLOCK') && node.value === '')
        complain(node, EMPTY_BLOCK);
    },
    Pair(_, { key }) {
      if (isCollection(key) || isAlias(key)) complain(key, 'is a list, a mapping or an alias, and so no key');
    },
  });
  return problems;
}

/** Whatever follows in a line mostly follows from what was wrong first. */
function firstOfEachLine(problems: readonly YamlProblem[]): YamlProblem[] {
  const lines = new Set<number>();
  return problems.filter(({ line }) => !lines.has(line) && lines.add(line));
}

function offsetOf(document: Document.Parsed, field: string): number {
  let rest = field;
  let node: Node | null = document.contents;
  let offset = node?.range?.[0] ?? 0;
  while (node !== null && rest !== '') {
    const step = isMap(node)
      ? intoMap(node.items, rest)
      : isSeq(node)
        ? intoList(node.items, rest)
        : undefined;
    if (step === undefined) break;
    const { key, value } = step;
    // An alias stands where it is used; what is wrong within it stands at its anchor.
    offset = (key !== undefined && !standsInLine(value) ? key : (value ?? key))?.range?.[0] ?? offset;
    node = isAlias(value) ? (value.resolve(document) ?? null) : (value ?? null);
    rest = step.rest;
  }
  return offset;
}

interface Step {
  readonly key?: Node | undefined;
  readonly value: Node | undefined;
  readonly rest: string;
}

/** A key may hold the dots and brackets that separate steps: the longest one that fits is meant. */
function intoMap(items: readonly Pair[], field: string): Step | undefined {
  let best: { readonly pair: Pair; readonly length: number } | undefined;
  for (const pair of items) {
    const key = isScalar(pair.key) ? String(pair.key.value) : undefined;
    if (key === undefined || !field.startsWith(key) || !['', '.', '['].includes(field.charAt(key.length)))
      continue;
    if (best === undefined || key.length > best.length) best = { pair, length: key.length };
  }
  if (best === undefined) return undefined;
  const { key, value } = best.pair;
  return {
    key: isNode(key) ? key : undefined,
    value: isNode(value) ? value : undefined,
    rest: field.slice(best.length).replace(/^\./, ''),
  };
}

function intoList(items: readonly unknown[], field: string): Step | undefined {
  const match = /^\[(\d+)\]\.?/.exec(field);
  const item = match === null ? undefined : items[Number(match[1])];
  if (match === null || !isNode(item)) return undefined;
  return { value: item, rest: field.slice(match[0].length) };
}

function standsInLine(node: Node | undefined): boolean {
  return isAlias(node) || (isScalar(node) && node.value !== null);
}
