import { createDecoders, MappingDecoder, type DecodeResult, type Mapping } from '@fieldstream/decoders';
import { numericOf } from '@fieldstream/domain';

/** A publish to be tried. */
export interface TrialPublish {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly receivedAtMs: number;
  readonly username?: string | undefined;
}

/** What a publish becomes, for people to read; `isDecoded` is false for what is refused, ignored or taken by nobody. */
export interface Trial {
  readonly isDecoded: boolean;
  readonly lines: readonly string[];
}

/** Decodes a publish as a bridge that has just been started would. */
export function tryPublish(publish: TrialPublish, mappings: readonly Mapping[], timeZone: string): Trial {
  const { topic, payload, receivedAtMs, username } = publish;
  const decoders = createDecoders({ timeZone, mappings });
  const levels = topic.split('/');
  const decoder = decoders.select(levels, payload);
  if (!decoder) {
    const line = `Taken by nobody: no mapping's topic fits ${topic}, and no family knows it. It is ordinary MQTT.`;
    return { isDecoded: false, lines: [line] };
  }
  const mapping = decoder instanceof MappingDecoder ? decoder.find(levels) : undefined;
  const head = mapping ? `Mapping: ${mapping.name}` : `Family: ${decoder.name}`;
  const named = username ? { username } : {};
  const result = decoder.decode({ topic, levels, payload, receivedAtMs, ...named });
  return { isDecoded: result.kind === 'decoded', lines: [head, ...linesOf(result)] };
}

function linesOf(result: DecodeResult): string[] {
  if (result.kind === 'ignored') return ['Ignored: it holds nothing to be stored.'];
  if (result.kind === 'rejected') return [`Refused: ${result.reason}: ${result.detail}`];
  const lines: string[] = [];
  for (const { deviceId, samples, units } of result.telemetry) {
    for (const { timeMs, values } of samples) {
      lines.push(`${deviceId}  ${new Date(timeMs).toISOString()}`);
      for (const [metric, value] of values) {
        const unit = units?.get(metric);
        const number = typeof value === 'number' ? undefined : numericOf(value);
        const stored = number === undefined ? '' : `  (as a number: ${number})`;
        lines.push(`  ${metric} = ${JSON.stringify(value)}${unit === undefined ? '' : ` ${unit}`}${stored}`);
      }
    }
  }
  for (const { deviceId, state } of result.presence ?? []) lines.push(`${deviceId}  is ${state}`);
  for (const { deviceId, metrics, ...description } of result.descriptions ?? []) {
    const told = { ...description, ...(metrics ? { metrics: Object.fromEntries(metrics) } : {}) };
    lines.push(`${deviceId}  ${JSON.stringify(told)}`);
  }
  if (result.receivedTimeUsed) lines.push('Where no time is given, it is the time of arrival.');
  if (result.implausibleTimes > 0) {
    lines.push(`Implausible times, replaced by the time of arrival: ${result.implausibleTimes}`);
  }
  return lines;
}
