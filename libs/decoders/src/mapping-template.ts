import { parseJsonPath, readJsonPath, type JsonPath } from './json-path.js';

/** Where a mapping's templates take their values from. */
export interface MappingContext {
  readonly placeholders: ReadonlyMap<string, string>;
  readonly payload: unknown;
  readonly element: unknown;
}

/** A text with `{placeholder}` of the topic, and `{$.path}` or `{@.path}` of the payload. */
export interface Template {
  /** Whether it takes something from the payload. */
  readonly usesPayload: boolean;
  /** The text; undefined if the payload lacks something that it takes from there. */
  fill(context: MappingContext): string | undefined;
}

type Part = string | { readonly placeholder: string } | { readonly path: JsonPath };

/** @returns the template, or what is wrong with it in words that follow the field's name */
export function parseTemplate(text: string, placeholders: readonly string[]): Template | string {
  const parts: Part[] = [];
  for (const [, plain, inner] of text.matchAll(/([^{}]+)|\{([^{}]*)\}|[{}]/g)) {
    if (plain !== undefined) parts.push(plain);
    else if (inner === undefined) return 'has a brace without its other one';
    else if (inner.startsWith('$') || inner.startsWith('@')) {
      const path = parseJsonPath(inner);
      if (!path) return `has {${inner}}, which is not a path such as {$.sensor.id}`;
      parts.push({ path });
    } else if (placeholders.includes(inner)) parts.push({ placeholder: inner });
    else {
      const known = placeholders.map((name) => `{${name}}`).join(', ') || 'none';
      return `has {${inner}}, which is not in the topic (there: ${known})`;
    }
  }
  return {
    usesPayload: parts.some((part) => typeof part !== 'string' && 'path' in part),
    fill: (context) => fillParts(parts, context),
  };
}

function fillParts(parts: readonly Part[], context: MappingContext): string | undefined {
  let text = '';
  for (const part of parts) {
    if (typeof part === 'string') text += part;
    else if ('placeholder' in part) text += context.placeholders.get(part.placeholder) ?? '';
    else {
      const value = readJsonPath(part.path, context.payload, context.element);
      if (typeof value !== 'string' && typeof value !== 'number') return undefined;
      text += value;
    }
  }
  return text;
}
