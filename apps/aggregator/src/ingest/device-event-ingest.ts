import type { KafkaRecord, PartitionBatch } from '@fieldstream/kafka';
import {
  type BridgeLedgerRow,
  type CommandEventRow,
  type DeadLetterRow,
  type DeviceEventRow,
  type StoredPresence,
  writeBridgeLedgers,
  writeCommandEvents,
  writeDeadLetters,
  writeDescriptions,
  writeDeviceEvents,
} from '@fieldstream/timescale';
import { type BridgeLedger, decodeDeviceEvent, type DescriptionEvent, WireError } from '@fieldstream/wire';
import { applyRecords } from './apply-records.js';
import type { IngestOptions } from './ingest-options.js';

interface Decoded {
  readonly events: DeviceEventRow[];
  readonly descriptions: DescriptionEvent[];
  readonly commands: CommandEventRow[];
  readonly ledgers: BridgeLedgerRow[];
  readonly letters: DeadLetterRow[];
}

/** Stores `device.events`: events, the presence and descriptions of devices, and the bridges' own reports. */
export class DeviceEventIngest {
  constructor(private readonly options: IngestOptions) {}

  /** Resolves when all of it is stored. @throws DatabaseError */
  async ingest(batches: readonly PartitionBatch[]): Promise<void> {
    let stored: readonly StoredPresence[] = [];
    await applyRecords(this.options, batches, 'writing device events', async (client, claims) => {
      const all: Decoded = { events: [], descriptions: [], commands: [], ledgers: [], letters: [] };
      for (const claim of claims) for (const record of claim.records) decode(claim, record, all);
      stored = await writeDeviceEvents(client, all.events);
      await writeCommandEvents(client, all.commands);
      await writeBridgeLedgers(client, all.ledgers);
      await writeDeadLetters(client, all.letters);
      // LAST: see there.
      await writeDescriptions(client, all.descriptions);
      return all.letters;
    });
    this.options.book.told(stored);
  }
}

function decode(
  { topic, partition }: { readonly topic: string; readonly partition: number },
  record: KafkaRecord,
  into: Decoded,
): void {
  try {
    const event = decodeDeviceEvent(record.value);
    if (event.kind === 'bridge-ledger') into.ledgers.push(toLedgerRow(event));
    else if (event.kind === 'command') into.commands.push(event);
    else if (event.kind === 'description') into.descriptions.push(event);
    else if (event.kind === 'device') into.events.push({ ...event, partition, offset: record.offset });
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    into.letters.push({
      originTopic: topic,
      originPartition: partition,
      originOffset: record.offset,
      reason: error.code,
      detail: error.message,
      deviceId: record.key?.toString('utf8'),
      payload: record.value ?? Buffer.alloc(0),
      receivedAtMs: record.timestampMs,
    });
  }
}

function toLedgerRow({ instance, startedAtMs, timeMs, counters }: BridgeLedger): BridgeLedgerRow {
  return { instance, startedAtMs, reportedAtMs: timeMs, ...counters };
}
