import { LIMITS } from '@fieldstream/domain';
import { z } from 'zod';

/** Mappings of a file, and metrics of a mapping. */
export const MAPPING_BOUNDS = { mappings: 1_000, metrics: 512, mapEntries: 256 } as const;

const text = z.string().min(1).max(1_024);
const value = z.union([z.number(), z.boolean(), z.string().max(LIMITS.textLength)]);

const metric = z.strictObject({
  /** May have placeholders. */
  name: text,
  /** Where the value stands; not for `format: number` and `text`. */
  path: text.optional(),
  unit: z.string().min(1).max(LIMITS.unitLength).optional(),
  /** value × scale + offset. */
  scale: z.number().optional(),
  offset: z.number().optional(),
  type: z.enum(['number', 'boolean', 'text']).optional(),
  /** Values to be replaced, by their text. */
  map: z
    .record(z.string(), value)
    .refine((map) => Object.keys(map).length <= MAPPING_BOUNDS.mapEntries, {
      error: `has more than ${MAPPING_BOUNDS.mapEntries} entries`,
    })
    .optional(),
});

const time = z.strictObject({
  path: text,
  format: z.enum(['auto', 'epoch-s', 'epoch-ms', 'iso', 'local']).default('auto'),
  /** Of local times; without it the zone of all devices. */
  zone: text.optional(),
});

const mapping = z.strictObject({
  /** For people. */
  name: text.optional(),
  topic: text,
  format: z.enum(['json', 'number', 'text', 'csv']).default('json'),
  /** Of CSV. */
  separator: z.string().length(1).default(','),
  device: text,
  /** Path of an array whose elements are read one by one. */
  each: text.optional(),
  time: time.optional(),
  /** `*`: everything, under its own name. */
  metrics: z.union([z.literal('*'), z.array(metric).min(1).max(MAPPING_BOUNDS.metrics)]),
  /** Of `*`: what to leave out. */
  except: z.array(text).max(MAPPING_BOUNDS.metrics).optional(),
  /** Of `*`: units by metric. */
  units: z.record(text, z.string().min(1).max(LIMITS.unitLength)).optional(),
});

/** What a mapping file holds. */
export const mappingFile = z.strictObject({
  mappings: z.array(mapping).max(MAPPING_BOUNDS.mappings),
});

/** One mapping as it is written. */
export type MappingDefinition = z.infer<typeof mapping>;
/** One metric of it as it is written. */
export type MetricDefinition = z.infer<typeof metric>;
