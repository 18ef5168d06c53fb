import { isValidMetricName, isValidText, LIMITS, type MetricValue } from '@fieldstream/domain';
import type { DecodeResult, PublishInput } from './decoder.js';
import { badDeviceId, deviceIdOf } from './device-id.js';
import { flatten } from './flatten.js';
import { parseJsonPath, readJsonPath, type JsonPath } from './json-path.js';
import { zoneOffsetMs, type OffsetAt } from './local-time.js';
import type { MappingDefinition, MetricDefinition } from './mapping-definition.js';
import { parseTemplate, type MappingContext, type Template } from './mapping-template.js';
import { readMappedTime } from './mapping-time.js';
import { parseTopicPattern, type TopicPattern } from './mapping-topic.js';
import { addMapped } from './mapping-value.js';
import { describe, parseJson, payloadText, shorten, type Refusal } from './payload-text.js';
import { decodedOf, SampleDraft } from './sample-draft.js';

/** What is wrong with a mapping, and in which of its fields. */
export interface MappingProblem {
  readonly path: readonly (string | number)[];
  readonly fault: string;
}

/** A metric of a mapping, ready to be read. */
interface MappedMetric {
  readonly definition: MetricDefinition;
  readonly name: Template;
  /** Undefined: the payload itself. */
  readonly path: JsonPath | undefined;
}

/** A mapping that was checked whole, ready to decode. */
export interface Mapping {
  readonly name: string;
  readonly topic: TopicPattern;
  decode(input: PublishInput, offsetAt: OffsetAt): DecodeResult;
}

interface Parts {
  readonly definition: MappingDefinition;
  readonly topic: TopicPattern;
  readonly device: Template;
  readonly each: JsonPath | undefined;
  readonly timePath: JsonPath | undefined;
  /** Undefined: everything. */
  readonly metrics: readonly MappedMetric[] | undefined;
  readonly except: ReadonlySet<string>;
}

/** Checks one mapping beyond the shape of its fields. @returns the mapping, or everything that is wrong with it */
export function compileMapping(definition: MappingDefinition): Mapping | readonly MappingProblem[] {
  const problems: MappingProblem[] = [];
  const report = (path: readonly (string | number)[], fault: string): undefined =>
    void problems.push({ path, fault });
  const accept = <T>(path: readonly (string | number)[], parsed: T | string): T | undefined =>
    typeof parsed === 'string' ? report(path, parsed) : parsed;
  const pathAt = (path: readonly (string | number)[], text: string | undefined): JsonPath | undefined =>
    text === undefined
      ? undefined
      : (parseJsonPath(text) ??
        report(path, `is not a path such as data.values[0]: ${JSON.stringify(text)}`));

  const topic = accept(['topic'], parseTopicPattern(definition.topic));
  const placeholders = topic?.placeholders ?? [];
  const device = accept(['device'], parseTemplate(definition.device, placeholders));
  const each = pathAt(['each'], definition.each);
  const timePath = pathAt(['time', 'path'], definition.time?.path);
  const zone = definition.time?.zone;
  if (zone !== undefined && !isZone(zone)) {
    report(['time', 'zone'], `is not a time zone such as Europe/Berlin: ${JSON.stringify(zone)}`);
  }
  const { format, metrics: listed } = definition;
  const hasFields = format === 'json' || format === 'csv';
  if (!hasFields) {
    if (listed === '*' || listed.length > 1) report(['metrics'], `must be one metric for format ${format}`);
    if (definition.each !== undefined) report(['each'], `is for format json: ${format} has no arrays`);
    if (definition.time !== undefined)
      report(['time'], `is for format json and csv: ${format} has one value`);
  }
  if (listed !== '*' && (definition.except || definition.units)) {
    report([definition.except ? 'except' : 'units'], 'is for metrics: "*"');
  }
  const metrics =
    listed === '*'
      ? undefined
      : listed.map((metric, index): MappedMetric | undefined => {
          const at = ['metrics', index];
          const name = accept([...at, 'name'], parseTemplate(metric.name, placeholders));
          if (hasFields && metric.path === undefined) report(at, 'has no path: where does its value stand?');
          if (!hasFields && metric.path !== undefined) report([...at, 'path'], `is not for format ${format}`);
          const path = pathAt([...at, 'path'], metric.path);
          return name && { definition: metric, name, path };
        });
  const ready = metrics?.filter((metric) => metric !== undefined);
  if (problems.length > 0 || !topic || !device) return problems;
  const except = new Set([...(definition.except ?? []), ...topLevelName(timePath)]);
  const parts: Parts = { definition, topic, device, each, timePath, metrics: ready, except };
  return {
    name: definition.name ?? definition.topic,
    topic,
    decode: (input, offsetAt) =>
      decodeMapped(parts, input, zone === undefined ? offsetAt : (localMs) => zoneOffsetMs(zone, localMs)),
  };
}

function isZone(zone: string): boolean {
  try {
    zoneOffsetMs(zone, 0);
    return true;
  } catch {
    return false;
  }
}

/** A time beside the metrics is none of them. */
function topLevelName(path: JsonPath | undefined): string[] {
  return path?.steps.length === 1 ? [String(path.steps[0])] : [];
}

function decodeMapped(parts: Parts, input: PublishInput, offsetAt: OffsetAt): DecodeResult {
  const placeholders = parts.topic.match(input.levels);
  if (!placeholders) return { kind: 'ignored' };
  const payload = parsePayload(parts.definition, input.payload);
  if ('reason' in payload) return { kind: 'rejected', ...payload };
  const elements = parts.each ? readJsonPath(parts.each, payload.value, payload.value) : [payload.value];
  if (!Array.isArray(elements)) {
    const detail = `there is no array at ${parts.definition.each}: ${describe(elements ?? null)}`;
    return { kind: 'rejected', reason: 'invalid-payload', detail };
  }
  if (elements.length > LIMITS.samplesPerPublish) {
    const detail = `${elements.length} elements, at most ${LIMITS.samplesPerPublish} are taken in one publish`;
    return { kind: 'rejected', reason: 'too-many-samples', detail };
  }
  const drafts = new Map<string, SampleDraft>();
  for (const element of elements as unknown[]) {
    const refused = addElement(parts, input, offsetAt, drafts, {
      placeholders,
      payload: payload.value,
      element,
    });
    if (refused) return refused;
  }
  const [only] = drafts.keys();
  if ([...drafts.values()].some(({ isEmpty }) => !isEmpty)) return decodedOf(drafts.values(), input);
  return {
    kind: 'rejected',
    reason: 'no-values',
    detail: 'nothing stands where the mapping looks for metrics',
    ...(only === undefined ? {} : { deviceId: only }),
  };
}

function parsePayload(
  { format, separator }: MappingDefinition,
  payload: Uint8Array,
): { readonly value: unknown } | Refusal {
  const text = payloadText(payload);
  if (typeof text !== 'string') return text;
  switch (format) {
    case 'json':
      return parseJson(text);
    case 'csv':
      return {
        value: text
          .trim()
          .split(separator, LIMITS.metricsPerSample)
          .map((field) => field.trim()),
      };
    case 'number':
    case 'text':
      return { value: text.trim() };
  }
}

function addElement(
  parts: Parts,
  input: PublishInput,
  offsetAt: OffsetAt,
  drafts: Map<string, SampleDraft>,
  context: MappingContext,
): DecodeResult | undefined {
  const named = parts.device.fill(context);
  // What a payload says of its sender counts only where the sender is not known.
  const deviceId = parts.device.usesPayload && input.identity ? input.identity : deviceIdOf(named ?? '');
  const bad = badDeviceId(deviceId);
  if (bad) return bad;
  const draft = drafts.get(deviceId) ?? new SampleDraft(deviceId, input);
  drafts.set(deviceId, draft);
  const { time } = parts.definition;
  const read =
    parts.timePath && time
      ? readMappedTime(
          draft,
          readJsonPath(parts.timePath, context.payload, context.element),
          time.format,
          offsetAt,
          input.receivedAtMs,
        )
      : { timeMs: undefined };
  if ('reason' in read) return { kind: 'rejected', ...read, deviceId };
  const values = new Map<string, MetricValue>();
  const refusal = parts.metrics
    ? addMetrics(parts, parts.metrics, draft, values, context)
    : addEverything(parts, draft, values, context.element);
  if (refusal) return { kind: 'rejected', ...refusal, deviceId };
  draft.add(values, read.timeMs);
  return undefined;
}

function addMetrics(
  { definition: { format } }: Parts,
  metrics: readonly MappedMetric[],
  draft: SampleDraft,
  values: Map<string, MetricValue>,
  context: MappingContext,
): Refusal | undefined {
  for (const { definition, name: template, path } of metrics) {
    const raw = path ? readJsonPath(path, context.payload, context.element) : context.element;
    const name = template.fill(context)?.replaceAll('/', '.');
    if (name === undefined) continue;
    const typed =
      format === 'number' && definition.type === undefined
        ? { ...definition, type: 'number' as const }
        : definition;
    const refusal = addMapped(values, name, typed, raw);
    if (refusal) return refusal;
    if (definition.unit !== undefined && values.has(name)) draft.units.set(name, definition.unit);
  }
  return undefined;
}

function addEverything(
  { definition, except }: Parts,
  draft: SampleDraft,
  values: Map<string, MetricValue>,
  element: unknown,
): Refusal | undefined {
  if (typeof element !== 'object' || element === null) {
    return {
      reason: 'not-an-object',
      detail: `expected an object of metrics, not ${shorten(describe(element))}`,
    };
  }
  for (const [key, value] of Object.entries(element)) {
    if (except.has(key)) continue;
    const refusal = flatten(values, key, value);
    if (refusal) return refusal;
  }
  for (const [metric, unit] of Object.entries(definition.units ?? {})) {
    if (values.has(metric) && isValidMetricName(metric) && isValidText(unit)) draft.units.set(metric, unit);
  }
  return undefined;
}
