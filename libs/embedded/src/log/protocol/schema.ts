import { isDeepStrictEqual } from 'node:util';
import { type ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { ProtocolError } from './protocol-error.js';

/** Which version of a message is on the wire, and whether it is in the flexible encoding of KIP-482. */
export interface Encoding {
  readonly version: number;
  readonly flexible: boolean;
}

interface Codec<T> {
  read(reader: ByteReader, encoding: Encoding): T;
  write(writer: ByteWriter, value: T, encoding: Encoding): void;
}

interface Presence<T> {
  readonly from: number;
  readonly to: number;
  readonly absent: T;
  /** A tagged field stands in the tag section at the end of its struct, and only when it differs from `absent`. */
  readonly tag?: number;
}

/** What a schema is made of, for whoever has to walk through one. */
export type Shape =
  | { readonly kind: 'boolean' | 'int8' | 'int16' | 'int32' | 'int64' }
  | { readonly kind: 'string' | 'bytes'; readonly nullSince: number }
  | { readonly kind: 'array'; readonly nullSince: number; readonly item: Schema<unknown> }
  | { readonly kind: 'struct'; readonly fields: Fields };

/**
 * How one kind of value is laid out on the wire, and in which versions of its message it is there. In a version without
 * it, decoding gives the `absent` value and encoding leaves out whatever is given.
 */
export class Schema<T> {
  constructor(
    readonly shape: Shape,
    private readonly codec: Codec<T>,
    readonly presence?: Presence<T>,
  ) {}

  since(version: number, absent: T): Schema<T> {
    return this.between(version, Infinity, absent);
  }

  /** Both versions inclusive. */
  between(from: number, to: number, absent: T): Schema<T> {
    return new Schema(this.shape, this.codec, { from, to, absent });
  }

  /** A tagged field, which flexible versions alone can have. */
  tagged(tag: number, since: number, absent: T): Schema<T> {
    return new Schema(this.shape, this.codec, { from: since, to: Infinity, absent, tag });
  }

  read(reader: ByteReader, encoding: Encoding): T {
    return this.codec.read(reader, encoding);
  }

  write(writer: ByteWriter, value: T, encoding: Encoding): void {
    this.codec.write(writer, value, encoding);
  }
}

type Fields = Readonly<Record<string, Schema<unknown>>>;
type ValueOf<S> = S extends Schema<infer T> ? T : never;
type StructOf<F extends Fields> = { readonly [K in keyof F]: ValueOf<F[K]> };

export const boolean = (): Schema<boolean> =>
  new Schema(
    { kind: 'boolean' },
    { read: (reader) => reader.boolean(), write: (writer, value) => writer.boolean(value) },
  );

const integer = (kind: 'int8' | 'int16' | 'int32' | 'int64'): Schema<number> =>
  new Schema({ kind }, { read: (reader) => reader[kind](), write: (writer, value) => writer[kind](value) });

export const int8 = (): Schema<number> => integer('int8');
export const int16 = (): Schema<number> => integer('int16');
export const int32 = (): Schema<number> => integer('int32');
/** As a number: beyond ±(2^53 - 1), decoding is a `ProtocolError` and encoding a `RangeError`. */
export const int64 = (): Schema<number> => integer('int64');

/** What comes before a string, bytes or an array: its length, or the mark of null. */
interface LengthPrefix {
  read(reader: ByteReader): number;
  write(writer: ByteWriter, length: number): void;
}

const INT16: LengthPrefix = {
  read: (reader) => reader.int16(),
  write: (writer, length) => writer.int16(length),
};
const INT32: LengthPrefix = {
  read: (reader) => reader.int32(),
  write: (writer, length) => writer.int32(length),
};
/** In the flexible encoding: one more than the length, and 0 for null. */
const COMPACT: LengthPrefix = {
  read: (reader) => reader.unsignedVarint() - 1,
  write: (writer, length) => writer.unsignedVarint(length + 1),
};
const NULL_LENGTH = -1;

interface Sized<T> {
  shape(nullSince: number): Shape;
  readonly prefix: LengthPrefix;
  readonly empty: T;
  lengthOf(value: T): number;
  read(reader: ByteReader, length: number, encoding: Encoding): T;
  write(writer: ByteWriter, value: T, length: number, encoding: Encoding): void;
}

/** Versions before `nullSince` have no null: decoding refuses it, and encoding writes the empty value in its place. */
function sized<T>(kind: Sized<T>): Schema<T>;
function sized<T>(kind: Sized<T>, nullSince: number): Schema<T | null>;
function sized<T>(kind: Sized<T>, nullSince = Infinity): Schema<T | null> {
  return new Schema<T | null>(kind.shape(nullSince), {
    read: (reader, encoding) => {
      const length = (encoding.flexible ? COMPACT : kind.prefix).read(reader);
      if (length === NULL_LENGTH && encoding.version >= nullSince) return null;
      if (length < 0) throw new ProtocolError(`length ${length} before byte ${reader.offset}`);
      return kind.read(reader, length, encoding);
    },
    write: (writer, value, encoding) => {
      const prefix = encoding.flexible ? COMPACT : kind.prefix;
      if (value === null && encoding.version >= nullSince) {
        prefix.write(writer, NULL_LENGTH);
        return;
      }
      const present = value ?? kind.empty;
      const length = kind.lengthOf(present);
      prefix.write(writer, length);
      kind.write(writer, present, length, encoding);
    },
  });
}

const STRING: Sized<string> = {
  shape: (nullSince) => ({ kind: 'string', nullSince }),
  prefix: INT16,
  empty: '',
  lengthOf: (value) => Buffer.byteLength(value),
  read: (reader, length) => reader.string(length),
  write: (writer, value, length) => writer.string(value, length),
};

export const string = (): Schema<string> => sized(STRING);
export const nullableString = (nullSince = 0): Schema<string | null> => sized(STRING, nullSince);

const BYTES: Sized<Buffer> = {
  shape: (nullSince) => ({ kind: 'bytes', nullSince }),
  prefix: INT32,
  empty: Buffer.alloc(0),
  lengthOf: (value) => value.length,
  read: (reader, length) => reader.bytes(length),
  write: (writer, value) => writer.bytes(value),
};

/** A decoded value is a view into the message and keeps it in memory: copy what is kept for longer. */
export const bytes = (): Schema<Buffer> => sized(BYTES);
/** As `bytes`; Kafka's `records` type is the same on the wire. */
export const nullableBytes = (nullSince = 0): Schema<Buffer | null> => sized(BYTES, nullSince);

/** Keeps its old layout in flexible versions too. */
export const inflexible = <T>(schema: Schema<T>): Schema<T> =>
  new Schema(schema.shape, {
    read: (reader, { version }) => schema.read(reader, { version, flexible: false }),
    write: (writer, value, { version }) => schema.write(writer, value, { version, flexible: false }),
  });

function sequence<T>(item: Schema<T>): Sized<readonly T[]> {
  return {
    shape: (nullSince) => ({ kind: 'array', nullSince, item }),
    prefix: INT32,
    empty: [],
    lengthOf: (values) => values.length,
    read: (reader, length, encoding) => {
      reader.claimElements(length);
      return Array.from({ length }, () => item.read(reader, encoding));
    },
    write: (writer, values, _length, encoding) => {
      for (const value of values) item.write(writer, value, encoding);
    },
  };
}

export const array = <T>(item: Schema<T>): Schema<readonly T[]> => sized(sequence(item));
export const nullableArray = <T>(item: Schema<T>, nullSince = 0): Schema<readonly T[] | null> =>
  sized(sequence(item), nullSince);

/** The fields one after the other in the order given; in the flexible encoding, a section of tagged fields follows. */
export function struct<const F extends Fields>(fields: F): Schema<StructOf<F>> {
  const all = Object.entries(fields).map(([name, schema]) => ({ name, schema, presence: schema.presence }));
  const plain = all.filter(({ presence }) => presence?.tag === undefined);
  const tagged = all.flatMap(({ name, schema, presence }) =>
    presence?.tag === undefined ? [] : [{ name, schema, presence, tag: presence.tag }],
  );

  function readTagged(reader: ByteReader, into: Record<string, unknown>, encoding: Encoding): void {
    for (let count = reader.unsignedVarint(); count > 0; count -= 1) {
      const tag = reader.unsignedVarint();
      const length = reader.unsignedVarint();
      const known = tagged.find((field) => field.tag === tag && isIn(encoding, field.presence));
      if (known === undefined) reader.bytes(length);
      else into[known.name] = reader.within(length, () => known.schema.read(reader, encoding));
    }
  }

  function writeTagged(writer: ByteWriter, from: Record<string, unknown>, encoding: Encoding): void {
    const given = tagged.filter(
      ({ name, presence }) => isIn(encoding, presence) && !isDeepStrictEqual(from[name], presence.absent),
    );
    writer.unsignedVarint(given.length);
    for (const { name, schema, tag } of given) {
      const body = new ByteWriter();
      schema.write(body, from[name], encoding);
      writer.unsignedVarint(tag);
      writer.unsignedVarint(body.length);
      writer.append(body);
    }
  }

  return new Schema<StructOf<F>>(
    { kind: 'struct', fields },
    {
      read: (reader, encoding) => {
        const value: Record<string, unknown> = {};
        for (const { name, schema, presence } of plain) {
          value[name] = isIn(encoding, presence) ? schema.read(reader, encoding) : presence?.absent;
        }
        for (const { name, presence } of tagged) value[name] = presence.absent;
        if (encoding.flexible) readTagged(reader, value, encoding);
        return value as StructOf<F>;
      },
      write: (writer, value, encoding) => {
        for (const { name, schema, presence } of plain) {
          if (isIn(encoding, presence)) schema.write(writer, value[name], encoding);
        }
        if (encoding.flexible) writeTagged(writer, value, encoding);
      },
    },
  );
}

function isIn({ version }: Encoding, presence: Presence<unknown> | undefined): boolean {
  return presence === undefined || (version >= presence.from && version <= presence.to);
}
