import protobuf from 'protobufjs/minimal.js';
import { counting, PERIODS, swinging, type FamilyPublish, type MakeFamilyDevice } from './family-device.js';

/** Datatypes of Sparkplug B (Eclipse Sparkplug 3.0, 6.4.16). */
const DATATYPES = { int64: 4, double: 10, boolean: 11 } as const;
/** Field numbers of a metric's value. */
const VALUE_FIELDS = { int64: 11, double: 13, boolean: 14 } as const;

interface SparkplugMetric {
  readonly name?: string;
  readonly alias?: number;
  readonly type: keyof typeof DATATYPES;
  readonly value: number | boolean;
}

/** Encodes a Sparkplug B payload: timestamp 1, metrics 2, seq 3. */
function sparkplugPayload(
  timeMs: number,
  seq: number | undefined,
  metrics: readonly SparkplugMetric[],
): Uint8Array {
  const writer = protobuf.Writer.create()
    .uint32(1 << 3)
    .uint64(timeMs);
  for (const { name, alias, type, value } of metrics) {
    writer.uint32((2 << 3) | 2).fork();
    if (name !== undefined) writer.uint32((1 << 3) | 2).string(name);
    if (alias !== undefined) writer.uint32(2 << 3).uint64(alias);
    writer.uint32(3 << 3).uint64(timeMs);
    writer.uint32(4 << 3).uint32(DATATYPES[type]);
    const field = VALUE_FIELDS[type];
    if (typeof value === 'boolean') writer.uint32(field << 3).bool(value);
    else if (type === 'double') writer.uint32((field << 3) | 1).double(value);
    else writer.uint32(field << 3).uint64(value);
    writer.ldelim();
  }
  if (seq !== undefined) writer.uint32(3 << 3).uint64(seq);
  return writer.finish();
}

/** An edge node with a press: https://sparkplug.eclipse.org/specification/ */
export const sparkplugPress: MakeFamilyDevice = (id, dice) => {
  const root = 'spBv1.0/demo';
  // Sequence numbers belong to a connection: a birth begins them anew.
  let seq = 0;
  const next = (): number => (seq = (seq + 1) % 256);
  const observed = (timeMs: number, isBirth: boolean): SparkplugMetric[] => [
    {
      ...(isBirth ? { name: 'Press/Force' } : {}),
      alias: 1,
      type: 'double',
      value: swinging(dice, 1, timeMs, { low: 80, high: 140, periodMs: PERIODS.minutes }),
    },
    {
      ...(isBirth ? { name: 'Press/Cycles' } : {}),
      alias: 2,
      type: 'int64',
      value: counting(timeMs, 360, 0),
    },
    {
      ...(isBirth ? { name: 'Press/Running' } : {}),
      alias: 3,
      type: 'boolean',
      value: dice.chance(2, Math.floor(timeMs / PERIODS.minutes)) > 0.1,
    },
  ];
  const bdSeq: SparkplugMetric = { name: 'bdSeq', type: 'int64', value: 0 };
  return {
    family: 'sparkplug',
    clientId: id,
    intervalMs: 10_000,
    farewell: [{ topic: `${root}/NDEATH/${id}`, payload: sparkplugPayload(0, undefined, [bdSeq]) }],
    announce: (timeMs) => {
      seq = 0;
      return [
        { topic: `${root}/NBIRTH/${id}`, payload: sparkplugPayload(timeMs, seq, [bdSeq]) },
        {
          topic: `${root}/DBIRTH/${id}/press`,
          payload: sparkplugPayload(timeMs, next(), observed(timeMs, true)),
        },
      ];
    },
    observe: (timeMs) => [
      {
        topic: `${root}/DDATA/${id}/press`,
        payload: sparkplugPayload(timeMs, next(), observed(timeMs, false)),
      },
    ],
  };
};

/** A meter that speaks SenML: https://www.rfc-editor.org/rfc/rfc8428 */
export const senmlMeter: MakeFamilyDevice = (id, dice) => ({
  family: 'senml',
  clientId: id,
  intervalMs: 10_000,
  farewell: [],
  announce: () => [],
  observe: (timeMs) => [
    {
      topic: `${id}/senml`,
      payload: [
        {
          bn: `${id}:`,
          bt: timeMs / 1_000,
          n: 'voltage',
          u: 'V',
          v: swinging(dice, 1, timeMs, { low: 227, high: 233, periodMs: PERIODS.hour }),
        },
        {
          n: 'power',
          u: 'W',
          v: swinging(dice, 2, timeMs, { low: 120, high: 900, periodMs: PERIODS.minutes, digits: 0 }),
        },
      ],
    },
  ],
});

/** A device made for ThingsBoard, named by its user name: https://thingsboard.io/docs/reference/mqtt-api/ */
export const thingsboardPump: MakeFamilyDevice = (id, dice) => ({
  family: 'thingsboard',
  clientId: id,
  username: id,
  intervalMs: 10_000,
  farewell: [],
  announce: (): readonly FamilyPublish[] => [
    { topic: 'v1/devices/me/attributes', payload: { firmware: '1.0.3', serial: 'P-1001' } },
  ],
  observe: (timeMs) => [
    {
      topic: 'v1/devices/me/telemetry',
      payload: {
        ts: timeMs,
        values: {
          pressure: swinging(dice, 1, timeMs, { low: 2.1, high: 4.4, periodMs: PERIODS.minutes, digits: 2 }),
          flow: swinging(dice, 2, timeMs, { low: 10, high: 38, periodMs: PERIODS.minutes }),
        },
      },
    },
  ],
});
