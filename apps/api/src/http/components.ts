import { z } from 'zod';

const registry = z.registry<{ id: string }>();
const REF = '#/components/schemas/';

/** Names a schema in the documentation: wherever it occurs it becomes a reference. */
export function component<T extends z.ZodType>(name: string, schema: T): T {
  registry.add(schema, { id: name });
  return schema;
}

/** The reference to a named schema. @throws Error for one without a name */
export function refTo(schema: z.ZodType): { $ref: string } {
  const name = registry.get(schema)?.id;
  if (name === undefined) throw new Error('a body or response schema needs a name: use component()');
  return { $ref: REF + name };
}

type JsonSchema = Record<string, unknown>;

/** All named schemas as JSON Schema (2020-12), made from the very schemas that requests are validated with. */
export function componentSchemas(): Record<string, JsonSchema> {
  const { schemas } = z.toJSONSchema(registry, { io: 'input', uri: (id) => REF + id, override: simplify });
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [name, clean(schema as JsonSchema)]),
  );
}

/** The JSON Schema of a single parameter. */
export function parameterSchema(schema: z.ZodType): JsonSchema {
  return clean(z.toJSONSchema(schema, { io: 'input', override: simplify }));
}

/** `format: date-time` says it; the pattern behind it fills a screen. */
function simplify({ jsonSchema }: { jsonSchema: JsonSchema }): void {
  if (jsonSchema['format'] === 'date-time') delete jsonSchema['pattern'];
}

function clean(schema: JsonSchema): JsonSchema {
  const { $schema: _schema, $id: _id, ...rest } = schema;
  return rest;
}

/** A moment in an answer: ISO 8601 in UTC. */
export const timestamp = z.iso.datetime();

/** A page of a list. */
export function pageOf<T extends z.ZodType>(name: string, item: T) {
  const next = z.string().nullable().describe('Send it as `cursor` for the next page; null on the last one.');
  return component(name, z.object({ items: z.array(item), next }));
}
