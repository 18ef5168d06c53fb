import { isMap, isNode, isPair, LineCounter, parseDocument, type Document } from 'yaml';
import type { z } from 'zod';
import { MAPPING_BOUNDS, mappingFile } from './mapping-definition.js';
import { compileMapping, type Mapping } from './mapping.js';

/** What is wrong with a mapping file, and where; line and column count from 1. */
export interface MappingFault {
  readonly line: number;
  readonly column: number;
  /** Such as `mappings[0].metrics[1].path`; empty for the file as a whole. */
  readonly field: string;
  readonly fault: string;
}

export type ParsedMappings =
  | { readonly ok: true; readonly mappings: readonly Mapping[] }
  | { readonly ok: false; readonly faults: readonly MappingFault[] };

/** Characters of a mapping file. */
export const MAX_MAPPING_FILE_LENGTH = 1024 * 1024;
/** Bound on what aliases may multiply. */
const MAX_ALIASES = 1_000;
const MAX_FAULTS = 20;

type Path = readonly (string | number)[];

/** Reads a mapping file: YAML 1.2, checked whole. An empty one has no mappings. */
export function parseMappings(text: string): ParsedMappings {
  if (text.length > MAX_MAPPING_FILE_LENGTH) {
    return whole(`has ${text.length} characters, at most ${MAX_MAPPING_FILE_LENGTH} are taken`);
  }
  const lines = new LineCounter();
  let document: Document.Parsed;
  let value: unknown;
  try {
    document = parseDocument(text, {
      version: '1.2',
      schema: 'core',
      prettyErrors: false,
      logLevel: 'error',
      lineCounter: lines,
    });
    // What comes after the first error mostly follows from it.
    const [error] = document.errors;
    if (error) return failed([{ ...place(lines, error.pos[0]), field: '', fault: error.message }]);
    value = document.toJS({ maxAliasCount: MAX_ALIASES }) ?? { mappings: [] };
  } catch (error) {
    // The parser recurses, and refuses aliases that multiply.
    return whole(`cannot be read: ${error instanceof Error ? error.message : 'not YAML'}`);
  }
  const at = (path: Path, fault: string): MappingFault => ({
    ...place(lines, offsetOf(document, path)),
    field: fieldOf(path),
    fault,
  });
  const checked = mappingFile.safeParse(value);
  if (!checked.success)
    return failed(checked.error.issues.flatMap(flattenIssue).map(({ path, fault }) => at(path, fault)));
  const mappings: Mapping[] = [];
  const faults: MappingFault[] = [];
  for (const [index, definition] of checked.data.mappings.entries()) {
    const compiled = compileMapping(definition);
    if ('decode' in compiled) mappings.push(compiled);
    else faults.push(...compiled.map(({ path, fault }) => at(['mappings', index, ...path], fault)));
  }
  return faults.length > 0 ? failed(faults) : { ok: true, mappings };
}

/** A fault as one line: `mappings.yaml:12:5: mappings[0].topic is not …`. */
export function mappingFaultText(file: string, { line, column, field, fault }: MappingFault): string {
  return `${file}:${line}:${column}: ${field === '' ? fault : `${field}: ${fault}`}`;
}

function failed(faults: readonly MappingFault[]): ParsedMappings {
  return { ok: false, faults: faults.slice(0, MAX_FAULTS) };
}

function whole(fault: string): ParsedMappings {
  return failed([{ line: 1, column: 1, field: '', fault }]);
}

interface FlatIssue {
  readonly path: Path;
  readonly fault: string;
}

function flattenIssue(issue: z.core.$ZodIssue): FlatIssue[] {
  const path = issue.path.filter((part) => typeof part !== 'symbol');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...path, key], fault: 'is not known here' }));
  }
  if (issue.code === 'invalid_union') {
    // Of a field that is "*" or a list, what is wrong with the list is what people want to know.
    const inner = issue.errors.flat().filter((one) => one.path.length > 0);
    return inner.length > 0
      ? inner.flatMap((one) => flattenIssue({ ...one, path: [...issue.path, ...one.path] }))
      : [{ path, fault: path.at(-1) === 'metrics' ? 'is neither "*" nor a list of metrics' : issue.message }];
  }
  if (issue.code === 'too_big' && path.at(-1) === 'mappings') {
    return [{ path, fault: `has more than ${MAPPING_BOUNDS.mappings} mappings` }];
  }
  const isMissing = path.length > 0 && issue.message.endsWith('received undefined');
  return [{ path, fault: isMissing ? 'is missing' : issue.message }];
}

function fieldOf(path: Path): string {
  return path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : text === '' ? part : `${text}.${part}`),
    '',
  );
}

function place(lines: LineCounter, offset: number): { readonly line: number; readonly column: number } {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}

/** Where a field stands; of one that is not there, what it would be in. */
function offsetOf(document: Document.Parsed, path: Path): number {
  for (let length = path.length; length > 0; length--) {
    const parent: unknown =
      length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    const key = path[length - 1];
    const pair = isMap(parent)
      ? parent.items.find((item) => isPair(item) && isNode(item.key) && String(item.key) === String(key))
      : undefined;
    const node: unknown = pair ? pair.key : document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return document.contents?.range[0] ?? 0;
}
