import { type DynamicModule, Module } from '@nestjs/common';
import { AggregatorController } from './aggregator.controller.js';
import { DeadLetterIngest } from './ingest/dead-letter-ingest.js';
import { DeviceEventIngest } from './ingest/device-event-ingest.js';
import type { IngestOptions } from './ingest/ingest-options.js';
import { TelemetryIngest } from './ingest/telemetry-ingest.js';

@Module({})
export class AggregatorModule {
  /** Everything that writes, on one pool and under one consumer name. */
  static register(options: IngestOptions): DynamicModule {
    return {
      module: AggregatorModule,
      controllers: [AggregatorController],
      providers: [TelemetryIngest, DeadLetterIngest, DeviceEventIngest].map((Ingest) => ({
        provide: Ingest,
        useFactory: () => new Ingest(options),
      })),
    };
  }
}
