import { Module, type DynamicModule } from '@nestjs/common';
import type pg from 'pg';
import { KeyedProducer } from '@fieldstream/kafka';
import { Health, Registry } from '@fieldstream/observability';
import {
  AlertReader,
  DeadLetterReader,
  DeviceReader,
  LatestReader,
  LedgerReader,
  ReadingReader,
  RuleStore,
} from '@fieldstream/timescale';
import { AlertAcknowledger } from './alerts/alert-acknowledger.js';
import { AlertsController } from './alerts/alerts.controller.js';
import { API_SETTINGS, type ApiSettings } from './api-settings.js';
import { DeadLettersController } from './dead-letters/dead-letters.controller.js';
import { DevicesController } from './devices/devices.controller.js';
import { LatestController } from './devices/latest.controller.js';
import { HealthController } from './health/health.controller.js';
import { HomeController } from './home/home.controller.js';
import { KafkaPositions } from './pipeline/kafka-positions.js';
import { PipelineController } from './pipeline/pipeline.controller.js';
import { ReadingsController } from './readings/readings.controller.js';
import { RulesController } from './rules/rules.controller.js';

/** What the controllers stand on; whoever makes it closes it. */
export interface ApiParts {
  readonly pool: pg.Pool;
  readonly producer: KeyedProducer;
  readonly positions: KafkaPositions;
  readonly health: Health;
  readonly registry: Registry;
  readonly settings: ApiSettings;
}

@Module({})
export class ApiModule {
  static of(parts: ApiParts): DynamicModule {
    const readers = [
      AlertReader,
      DeadLetterReader,
      DeviceReader,
      LatestReader,
      LedgerReader,
      ReadingReader,
      RuleStore,
    ];
    return {
      module: ApiModule,
      controllers: [
        HomeController,
        HealthController,
        DevicesController,
        LatestController,
        ReadingsController,
        RulesController,
        AlertsController,
        DeadLettersController,
        PipelineController,
      ],
      providers: [
        ...readers.map((Reader) => ({ provide: Reader, useFactory: () => new Reader(parts.pool) })),
        { provide: AlertAcknowledger, useFactory: () => new AlertAcknowledger(parts.pool) },
        { provide: KeyedProducer, useValue: parts.producer },
        { provide: KafkaPositions, useValue: parts.positions },
        { provide: Health, useValue: parts.health },
        { provide: Registry, useValue: parts.registry },
        { provide: API_SETTINGS, useValue: parts.settings },
      ],
    };
  }
}
