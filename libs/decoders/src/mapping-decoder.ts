import type { Decoder, DecodeResult, PublishInput } from './decoder.js';
import { zoneOffsetMs, type OffsetAt } from './local-time.js';
import type { Mapping } from './mapping.js';

/**
 * The family of what users describe themselves, in a mapping file. The first mapping whose topic fits takes a publish, before
 * all families but the platform's own. What it knows can be replaced at any time, between two publishes.
 */
export class MappingDecoder implements Decoder {
  readonly name = 'mapping';
  #all: readonly Mapping[] = [];
  /** By first level, in the file's order; those whose first level is a placeholder are in every list. */
  #byFirstLevel = new Map<string, readonly Mapping[]>();
  #withoutFirstLevel: readonly Mapping[] = [];

  constructor(
    mappings: readonly Mapping[] = [],
    private readonly offsetAt: OffsetAt = (localMs) => zoneOffsetMs('UTC', localMs),
  ) {
    this.replace(mappings);
  }

  get mappings(): readonly Mapping[] {
    return this.#all;
  }

  /** From now on these are in force, and no others. */
  replace(mappings: readonly Mapping[]): void {
    const firstLevels = new Set(mappings.flatMap(({ topic }) => topic.firstLevel ?? []));
    this.#all = mappings;
    this.#withoutFirstLevel = mappings.filter(({ topic }) => topic.firstLevel === undefined);
    this.#byFirstLevel = new Map(
      [...firstLevels].map((level) => [
        level,
        mappings.filter(({ topic }) => topic.firstLevel === undefined || topic.firstLevel === level),
      ]),
    );
  }

  /** The mapping that takes a topic. */
  find(levels: readonly string[]): Mapping | undefined {
    const candidates = this.#byFirstLevel.get(levels[0] ?? '') ?? this.#withoutFirstLevel;
    return candidates.find(({ topic }) => topic.match(levels) !== undefined);
  }

  claims(levels: readonly string[]): boolean {
    return this.#all.length > 0 && this.find(levels) !== undefined;
  }

  decode(input: PublishInput): DecodeResult {
    return this.find(input.levels)?.decode(input, this.offsetAt) ?? { kind: 'ignored' };
  }
}
