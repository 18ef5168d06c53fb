import { type DynamicModule, Module } from '@nestjs/common';
import { Evaluators } from './evaluators.js';
import { ObservationsController } from './observations.controller.js';

/** Rules over readings and presence. */
@Module({})
export class AlerterModule {
  static register(evaluators: Evaluators): DynamicModule {
    return {
      module: AlerterModule,
      controllers: [ObservationsController],
      providers: [{ provide: Evaluators, useValue: evaluators }],
    };
  }
}
