import type { Engines } from '@fieldstream/testing';
import type { Figure } from '../figure.js';
import { measureInsert } from './insert.js';
import { measureKafkaProduce } from './kafka-produce.js';
import { measureMqttAcks } from './mqtt-acks.js';

/** What bounds the pipeline's stages, whatever their code. */
export type CeilingName = 'mqtt-acks' | 'mqtt-acks-per-core' | 'kafka-produce' | 'insert' | 'insert-fold';

/** Measures ceilings on demand, each once, and keeps them for the report. */
export class Ceilings {
  private readonly measured = new Map<CeilingName, Promise<Figure>>();

  private mqtt: ReturnType<typeof measureMqttAcks> | undefined;

  constructor(
    private readonly engines: Engines,
    private readonly seconds: number,
    private readonly progress: (line: string) => void,
  ) {}

  get(name: CeilingName): Promise<Figure> {
    let figure = this.measured.get(name);
    if (figure === undefined) {
      this.progress(`ceiling ${name}`);
      figure = this.measure(name);
      this.measured.set(name, figure);
    }
    return figure;
  }

  /** All that were measured without a fault. */
  async all(): Promise<Figure[]> {
    const settled = await Promise.allSettled(this.measured.values());
    return settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  }

  private async measure(name: CeilingName): Promise<Figure> {
    switch (name) {
      case 'mqtt-acks':
        return (await this.measureMqtt()).acks;
      case 'mqtt-acks-per-core':
        return (await this.measureMqtt()).perCore;
      case 'kafka-produce':
        return measureKafkaProduce(this.engines.kafkaBrokers, this.seconds);
      case 'insert':
        return measureInsert(this.seconds, false);
      case 'insert-fold':
        return measureInsert(this.seconds, true);
    }
  }

  /** One measurement gives two ceilings. */
  private measureMqtt(): ReturnType<typeof measureMqttAcks> {
    this.mqtt ??= measureMqttAcks(this.seconds);
    return this.mqtt;
  }
}

/** A ceiling as a figure refers to it. */
export function ceilingOf(figure: Figure): { name: string; value: number } {
  return { name: figure.name, value: figure.value };
}
