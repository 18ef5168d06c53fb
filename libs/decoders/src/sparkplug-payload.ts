import protobuf from 'protobufjs/minimal.js';
import { shorten, type Refusal } from './payload-text.js';

/** A 64-bit number as protobuf has it: two halves, so that its sign can be read as the datatype says. */
export interface SparkplugInteger {
  readonly low: number;
  readonly high: number;
}

/** A metric as it is on the wire; values are read by datatype, which a DATA message may leave to the birth. */
export interface SparkplugMetric {
  name?: string;
  alias?: number;
  timestampMs?: number;
  datatype?: number;
  isHistorical?: boolean;
  isTransient?: boolean;
  isNull?: boolean;
  /** Engineering unit, of the property set. */
  unit?: string;
  integer?: SparkplugInteger;
  real?: number;
  isFloat?: boolean;
  boolean?: boolean;
  text?: string;
  /** Members of a template instance. */
  members?: SparkplugMetric[];
}

export interface SparkplugPayload {
  readonly timestampMs: number | undefined;
  readonly seq: number | undefined;
  readonly uuid: string | undefined;
  readonly metrics: SparkplugMetric[];
}

/** Metrics of one payload, members of templates included. */
export const MAX_SPARKPLUG_METRICS = 20_000;
/** Templates in templates. */
const MAX_DEPTH = 8;
const MAX_PROPERTIES = 256;

/** Names under which gateways put the unit into a metric's properties. */
const UNIT_PROPERTIES: ReadonlySet<string> = new Set([
  'engunit',
  'engunits',
  'engineeringunits',
  'units',
  'unit',
]);

/** Thrown out of the readers below, and nowhere else. */
class TooManyMetrics extends Error {}

/**
 * Reads a Sparkplug B payload (Eclipse Sparkplug 3.0, section 6.4) with protobufjs's reader: straight from the bytes, without
 * generated code, and skipping what is not stored: data sets, bytes, files, metadata. Memory stays in proportion to the bytes.
 */
export function readSparkplug(bytes: Uint8Array): SparkplugPayload | Refusal {
  try {
    return new PayloadReader(bytes).read();
  } catch (error) {
    if (error instanceof TooManyMetrics) {
      const detail = `more than ${MAX_SPARKPLUG_METRICS} metrics in one payload`;
      return { reason: 'too-many-metrics', detail };
    }
    const message = error instanceof Error ? error.message : 'not protobuf';
    return { reason: 'invalid-protobuf', detail: shorten(`not a Sparkplug B payload: ${message}`) };
  }
}

class PayloadReader {
  readonly #reader: protobuf.Reader;
  #count = 0;
  /** Of the field that is being read. */
  #wireType = 0;

  constructor(bytes: Uint8Array) {
    this.#reader = protobuf.Reader.create(bytes);
  }

  read(): SparkplugPayload {
    const metrics: SparkplugMetric[] = [];
    let timestampMs: number | undefined;
    let seq: number | undefined;
    let uuid: string | undefined;
    this.#fields(this.#reader.len, (field) => {
      if (field === 1) timestampMs = this.#number();
      else if (field === 2) metrics.push(this.#metric(0));
      else if (field === 3) seq = this.#number();
      else if (field === 4) uuid = this.#text();
      else return false;
      return true;
    });
    return { timestampMs, seq, uuid, metrics };
  }

  /** Goes through the fields up to `end`; those that `take` does not take are skipped. */
  #fields(end: number, take: (field: number) => boolean): void {
    const reader = this.#reader;
    if (end > reader.len) throw new RangeError('a message is longer than the payload');
    while (reader.pos < end) {
      const tag = reader.uint32();
      const [field, wireType] = [tag >>> 3, tag & 7];
      if (field === 0) throw new RangeError('field 0');
      this.#wireType = wireType;
      if (!take(field)) reader.skipType(wireType);
    }
    if (reader.pos !== end) throw new RangeError('a field is longer than its message');
  }

  /** A nested message. */
  #message(take: (field: number) => boolean): void {
    this.#expect(2);
    const length = this.#reader.uint32();
    this.#fields(this.#reader.pos + length, take);
  }

  #expect(wireType: number): void {
    if (this.#wireType !== wireType)
      throw new TypeError(`wire type ${this.#wireType} in place of ${wireType}`);
  }

  #integer(): SparkplugInteger {
    this.#expect(0);
    const { low, high } = this.#reader.uint64();
    return { low, high };
  }

  #number(): number {
    const { low, high } = this.#integer();
    return (high >>> 0) * 0x1_0000_0000 + (low >>> 0);
  }

  #boolean(): boolean {
    this.#expect(0);
    return this.#reader.bool();
  }

  #text(): string {
    this.#expect(2);
    return this.#reader.string();
  }

  #metric(depth: number): SparkplugMetric {
    if (++this.#count > MAX_SPARKPLUG_METRICS) throw new TooManyMetrics();
    const metric: SparkplugMetric = {};
    this.#message((field) => this.#metricField(metric, field, depth));
    return metric;
  }

  #metricField(metric: SparkplugMetric, field: number, depth: number): boolean {
    switch (field) {
      case 1:
        metric.name = this.#text();
        return true;
      case 2:
        metric.alias = this.#number();
        return true;
      case 3:
        metric.timestampMs = this.#number();
        return true;
      case 4:
        metric.datatype = this.#number();
        return true;
      case 5:
        metric.isHistorical = this.#boolean();
        return true;
      case 6:
        metric.isTransient = this.#boolean();
        return true;
      case 7:
        metric.isNull = this.#boolean();
        return true;
      case 9:
        this.#properties(metric);
        return true;
      case 10:
      case 11:
        metric.integer = this.#integer();
        return true;
      case 12:
        this.#expect(5);
        metric.real = this.#reader.float();
        metric.isFloat = true;
        return true;
      case 13:
        this.#expect(1);
        metric.real = this.#reader.double();
        return true;
      case 14:
        metric.boolean = this.#boolean();
        return true;
      case 15:
        metric.text = this.#text();
        return true;
      case 18:
        if (depth >= MAX_DEPTH) return false;
        metric.members = this.#template(depth + 1);
        return true;
      default:
        return false;
    }
  }

  /** The members of a template instance; a definition has none that are values. */
  #template(depth: number): SparkplugMetric[] {
    const members: SparkplugMetric[] = [];
    let isDefinition = false;
    this.#message((field) => {
      if (field === 2) members.push(this.#metric(depth));
      else if (field === 5) isDefinition = this.#boolean();
      else return false;
      return true;
    });
    return isDefinition ? [] : members;
  }

  /** A property set: keys, and in the same order values, of which the unit is kept. */
  #properties(metric: SparkplugMetric): void {
    const keys: string[] = [];
    const values: (string | undefined)[] = [];
    this.#message((field) => {
      if (field === 1 && keys.length < MAX_PROPERTIES) keys.push(this.#text());
      else if (field === 2 && values.length < MAX_PROPERTIES) values.push(this.#propertyText());
      else return false;
      return true;
    });
    const index = keys.findIndex((key) => UNIT_PROPERTIES.has(key.toLowerCase().replaceAll(/[ _]/g, '')));
    const unit = index < 0 ? undefined : values[index];
    if (unit !== undefined) metric.unit = unit;
  }

  #propertyText(): string | undefined {
    let text: string | undefined;
    this.#message((field) => {
      if (field !== 8) return false;
      text = this.#text();
      return true;
    });
    return text;
  }
}
