import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { projectRoot } from './project-root.js';

const metricDescription = z.strictObject({
  unit: z.string().optional(),
  name: z.string().optional(),
  deviceClass: z.string().optional(),
});

/** What a case expects of a description; a part that is not named may be anything. */
const description = z.strictObject({
  deviceId: z.string(),
  family: z.string().optional(),
  name: z.string().optional(),
  manufacturer: z.string().optional(),
  model: z.string().optional(),
  firmware: z.string().optional(),
  gatewayId: z.string().optional(),
  address: z.string().optional(),
  metrics: z.record(z.string(), metricDescription).optional(),
});

const publish = z
  .strictObject({
    topic: z.string().min(1),
    /** Text. */
    payload: z.string().optional(),
    base64: z.base64().optional(),
    retain: z.boolean().optional(),
  })
  .refine(({ payload, base64 }) => (payload === undefined) !== (base64 === undefined), {
    error: 'has either a payload or base64',
  });

const deviceFixture = z.strictObject({
  name: z.string().min(1),
  /** Where the payload is public. */
  source: z.string().min(1),
  publishes: z.array(publish).min(1),
  /** User name that the publishes come with. */
  username: z.string().optional(),
  /** What the publishes say all together, in order. */
  expect: z.strictObject({
    readings: z
      .array(
        z.strictObject({
          deviceId: z.string(),
          metric: z.string(),
          value: z.union([z.number(), z.string(), z.boolean()]),
          unit: z.string().optional(),
          /** Absent: received time. */
          time: z.iso.datetime({ offset: true }).optional(),
        }),
      )
      .default([]),
    presence: z
      .array(z.strictObject({ deviceId: z.string(), state: z.enum(['online', 'offline', 'sleeping']) }))
      .optional(),
    descriptions: z.array(description).optional(),
    /** Reason of the first refusal. */
    rejected: z.string().optional(),
    /** Nothing is to come out of any publish. */
    ignored: z.literal(true).optional(),
  }),
});

/** What real devices published, and what is to come of it; see `libs/decoders/fixtures`. */
export type DeviceFixture = z.infer<typeof deviceFixture> & {
  /** Name of the file, which is the decoder's. */
  readonly family: string;
};

/** The bytes of a fixture's publish. */
export function fixturePayload({ payload, base64 }: DeviceFixture['publishes'][number]): Buffer {
  return base64 === undefined ? Buffer.from(payload ?? '') : Buffer.from(base64, 'base64');
}

/** Every case of `libs/decoders/fixtures/*.json`, by family. @throws Error that names the file and what is wrong in it */
export function loadDeviceFixtures(
  folder = join(projectRoot(), 'libs/decoders/fixtures'),
): ReadonlyMap<string, readonly DeviceFixture[]> {
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  return new Map(
    files.sort().map((file) => [file.slice(0, -5), loadFile(join(folder, file), file.slice(0, -5))]),
  );
}

function loadFile(path: string, family: string): DeviceFixture[] {
  try {
    const cases = z.array(deviceFixture).parse(JSON.parse(readFileSync(path, 'utf8')));
    return cases.map((fixture) => Object.assign(fixture, { family }));
  } catch (error) {
    const fault = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    throw new Error(`${path} is not a list of device fixtures: ${fault}`, { cause: error });
  }
}
