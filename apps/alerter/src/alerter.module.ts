import { type DynamicModule, Module } from '@nestjs/common';
import { Evaluator } from './evaluator.js';
import { ReadingsController } from './readings.controller.js';

/** Rules over readings. */
@Module({})
export class AlerterModule {
  static register(evaluator: Evaluator): DynamicModule {
    return {
      module: AlerterModule,
      controllers: [ReadingsController],
      providers: [{ provide: Evaluator, useValue: evaluator }],
    };
  }
}
