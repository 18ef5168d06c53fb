import { Controller, Inject } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import type { PartitionBatch } from '@fieldstream/kafka';
import { TOPICS } from '@fieldstream/wire';
import { Evaluator } from './evaluator.js';

/** Takes readings from Kafka. Resolving means that they are evaluated and that their offsets are stored. */
@Controller()
export class ReadingsController {
  constructor(@Inject(Evaluator) private readonly evaluator: Evaluator) {}

  @EventPattern(TOPICS.readings)
  handle(@Payload() batches: PartitionBatch[]): Promise<void> {
    return this.evaluator.evaluate(batches);
  }
}
