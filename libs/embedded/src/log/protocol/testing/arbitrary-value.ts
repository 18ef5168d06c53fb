import fc, { type Arbitrary } from 'fast-check';
import { type Encoding, type Schema } from '../schema.js';

/** Any value that a message of this version can carry; fields it has not are at their default. */
export function arbitraryValue<T>(schema: Schema<T>, encoding: Encoding): Arbitrary<T> {
  return arbitrary(schema, encoding) as Arbitrary<T>;
}

const INTEGERS = {
  int8: { min: -(2 ** 7), max: 2 ** 7 - 1 },
  int16: { min: -(2 ** 15), max: 2 ** 15 - 1 },
  int32: { min: -(2 ** 31), max: 2 ** 31 - 1 },
  int64: { min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER },
} as const;

/** Made once: fast-check prepares the ranges of Unicode anew for each. */
const STRING = fc.string({ unit: 'binary', maxLength: 12 });
/** Small, and large enough to be written by reference. */
const BYTES = fc.oneof(
  fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes)),
  fc.nat(255).map((byte) => Buffer.alloc(5_000, byte)),
);

function arbitrary(schema: Schema<unknown>, encoding: Encoding): Arbitrary<unknown> {
  const { presence, shape } = schema;
  if (presence !== undefined) {
    const { from, to, absent, tag } = presence;
    const isOutside = encoding.version < from || encoding.version > to;
    if (isOutside || (tag !== undefined && !encoding.flexible)) return fc.constant(absent);
  }
  switch (shape.kind) {
    case 'boolean':
      return fc.boolean();
    case 'int8':
    case 'int16':
    case 'int32':
    case 'int64':
      return fc.integer(INTEGERS[shape.kind]);
    case 'string':
      return orNull(STRING, shape.nullSince, encoding);
    case 'bytes':
      return orNull(BYTES, shape.nullSince, encoding);
    case 'array':
      return orNull(fc.array(arbitrary(shape.item, encoding), { maxLength: 3 }), shape.nullSince, encoding);
    case 'struct':
      return fc.record(
        Object.fromEntries(
          Object.entries(shape.fields).map(([name, field]) => [name, arbitrary(field, encoding)]),
        ),
        { noNullPrototype: true },
      );
  }
}

function orNull<T>(value: Arbitrary<T>, nullSince: number, { version }: Encoding): Arbitrary<T | null> {
  return version >= nullSince ? fc.option(value, { freq: 4 }) : value;
}
