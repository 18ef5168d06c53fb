import { Module, type DynamicModule } from '@nestjs/common';
import type pg from 'pg';
import type { Logger } from '@fieldstream/domain';
import { KafkaPositions, KeyedProducer } from '@fieldstream/kafka';
import { Health, Registry } from '@fieldstream/observability';
import {
  AlertEventReader,
  AlertReader,
  ChannelStore,
  DeadLetterReader,
  DeviceReader,
  HistoryReader,
  LatestReader,
  LedgerReader,
  ReadingReader,
  RuleStore,
  SparklineReader,
} from '@fieldstream/timescale';
import { AlertActions } from './alerts/alert-actions.js';
import { AlertsController } from './alerts/alerts.controller.js';
import { API_SETTINGS, type ApiSettings } from './api-settings.js';
import { ChannelTester } from './channels/channel-tester.js';
import { ChannelTypesController } from './channels/channel-types.controller.js';
import { ChannelsController } from './channels/channels.controller.js';
import { CommandWork } from './commands/command-work.js';
import { CommandsController } from './commands/commands.controller.js';
import { DashboardFiles } from './dashboards/dashboard-files.js';
import { DashboardsController } from './dashboards/dashboards.controller.js';
import { DeadLettersController } from './dead-letters/dead-letters.controller.js';
import { DevicesController } from './devices/devices.controller.js';
import { LabelsController } from './devices/labels.controller.js';
import { LatestController } from './devices/latest.controller.js';
import { SparklinesController } from './devices/sparklines.controller.js';
import { ImportController } from './devices/import.controller.js';
import { RegistrationController } from './devices/registration.controller.js';
import { Registrations } from './devices/registrations.js';
import type { RegistryWork } from './devices/registry-work.js';
import { HealthController } from './health/health.controller.js';
import { PipelineController } from './pipeline/pipeline.controller.js';
import { QueryController } from './query/query.controller.js';
import { QueryService } from './query/query-service.js';
import { ReadingsController } from './readings/readings.controller.js';
import { BackTestController } from './rules/back-test.controller.js';
import { BackTests } from './rules/back-tests.js';
import { RuleKindsController } from './rules/rule-kinds.controller.js';
import { RuleList } from './rules/rule-list.js';
import { RulesController } from './rules/rules.controller.js';
import { ServerController } from './server/server.controller.js';
import { AlertSource } from './stream/alert-source.js';
import { StreamController } from './stream/stream.controller.js';
import { Subscribers } from './stream/subscribers.js';

/** What the controllers stand on; whoever makes it closes it. */
export interface ApiParts {
  readonly pool: pg.Pool;
  readonly producer: KeyedProducer;
  readonly positions: KafkaPositions;
  readonly health: Health;
  readonly registry: Registry;
  readonly subscribers: Subscribers;
  readonly source: AlertSource;
  readonly registryWork: RegistryWork;
  readonly commandWork: CommandWork;
  readonly dashboards: DashboardFiles;
  readonly queries: QueryService;
  readonly logger: Logger;
  readonly settings: ApiSettings;
}

@Module({})
export class ApiModule {
  static of(parts: ApiParts): DynamicModule {
    const readers = [
      AlertEventReader,
      AlertReader,
      ChannelStore,
      DeadLetterReader,
      DeviceReader,
      HistoryReader,
      LatestReader,
      LedgerReader,
      ReadingReader,
      RuleStore,
      SparklineReader,
    ];
    return {
      module: ApiModule,
      controllers: [
        HealthController,
        ServerController,
        DevicesController,
        ImportController,
        RegistrationController,
        CommandsController,
        LatestController,
        LabelsController,
        SparklinesController,
        ReadingsController,
        BackTestController,
        RuleKindsController,
        RulesController,
        AlertsController,
        StreamController,
        ChannelsController,
        ChannelTypesController,
        DeadLettersController,
        PipelineController,
        DashboardsController,
        QueryController,
      ],
      providers: [
        ...readers.map((Reader) => ({ provide: Reader, useFactory: () => new Reader(parts.pool) })),
        { provide: AlertActions, useFactory: () => new AlertActions(parts.pool) },
        {
          provide: BackTests,
          inject: [HistoryReader],
          useFactory: (history: HistoryReader) => new BackTests(history),
        },
        {
          provide: RuleList,
          inject: [RuleStore],
          useFactory: (rules: RuleStore) => new RuleList(rules, () => parts.settings.now()),
        },
        {
          provide: ChannelTester,
          useFactory: () => new ChannelTester({ logger: parts.logger, now: () => parts.settings.now() }),
        },
        { provide: Subscribers, useValue: parts.subscribers },
        { provide: AlertSource, useValue: parts.source },
        { provide: Registrations, useValue: parts.registryWork.registrations },
        { provide: CommandWork, useValue: parts.commandWork },
        { provide: KeyedProducer, useValue: parts.producer },
        { provide: KafkaPositions, useValue: parts.positions },
        { provide: DashboardFiles, useValue: parts.dashboards },
        { provide: QueryService, useValue: parts.queries },
        { provide: Health, useValue: parts.health },
        { provide: Registry, useValue: parts.registry },
        { provide: API_SETTINGS, useValue: parts.settings },
      ],
    };
  }
}
