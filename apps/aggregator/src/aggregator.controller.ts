import { Controller, Inject } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import type { PartitionBatch } from '@fieldstream/kafka';
import { TOPICS } from '@fieldstream/wire';
import { DeadLetterIngest } from './ingest/dead-letter-ingest.js';
import { DeviceEventIngest } from './ingest/device-event-ingest.js';
import { TelemetryIngest } from './ingest/telemetry-ingest.js';

/** Batches of each topic, to whoever writes them. Resolving means stored, together with the offset. */
@Controller()
export class AggregatorController {
  constructor(
    @Inject(TelemetryIngest) private readonly telemetry: TelemetryIngest,
    @Inject(DeadLetterIngest) private readonly deadLetters: DeadLetterIngest,
    @Inject(DeviceEventIngest) private readonly deviceEvents: DeviceEventIngest,
  ) {}

  @EventPattern(TOPICS.readings)
  onReadings(@Payload() batches: PartitionBatch[]): Promise<void> {
    return this.telemetry.ingest(batches);
  }

  @EventPattern(TOPICS.deadLetters)
  onDeadLetters(@Payload() batches: PartitionBatch[]): Promise<void> {
    return this.deadLetters.ingest(batches);
  }

  @EventPattern(TOPICS.deviceEvents)
  onDeviceEvents(@Payload() batches: PartitionBatch[]): Promise<void> {
    return this.deviceEvents.ingest(batches);
  }
}
