import { Counter, Gauge, type Registry } from '@fieldstream/observability';
import type { CommandDesk } from './command-desk.js';
import type { CommandReporter } from './command-reporter.js';

/** Registers what is counted about commands. */
export function registerCommandMetrics(
  registry: Registry,
  { desk, reporter }: { readonly desk: CommandDesk; readonly reporter: CommandReporter },
): void {
  const waiting: Gauge = new Gauge({
    name: 'fieldstream_bridge_commands_waiting',
    help: 'Commands that wait for their devices; every bridge holds all of them.',
    registers: [registry],
    collect: () => waiting.set(desk.waiting),
  });
  const commands: Counter = new Counter({
    name: 'fieldstream_bridge_commands_total',
    help: 'Commands by what became of them here: taken by a device, expired, left out at a bound, not reported.',
    labelNames: ['outcome'],
    registers: [registry],
    collect: () => {
      commands.reset();
      commands.inc({ outcome: 'delivered' }, desk.delivered);
      commands.inc({ outcome: 'expired' }, desk.expired);
      commands.inc({ outcome: 'dropped' }, desk.dropped);
      commands.inc({ outcome: 'unreported' }, reporter.lost);
    },
  });
}
