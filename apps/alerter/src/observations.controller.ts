import { Controller, Inject } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import type { PartitionBatch } from '@fieldstream/kafka';
import { TOPICS } from '@fieldstream/wire';
import { Evaluators } from './evaluators.js';

/** Takes observations from Kafka. Resolving means that they are evaluated and that their offsets are stored. */
@Controller()
export class ObservationsController {
  constructor(@Inject(Evaluators) private readonly evaluators: Evaluators) {}

  @EventPattern(TOPICS.readings)
  takeReadings(@Payload() batches: PartitionBatch[]): Promise<void> {
    return this.evaluators.readings.evaluate(batches);
  }

  @EventPattern(TOPICS.deviceEvents)
  takePresence(@Payload() batches: PartitionBatch[]): Promise<void> {
    return this.evaluators.presence.evaluate(batches);
  }
}
