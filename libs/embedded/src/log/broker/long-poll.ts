import { partitionOf, type Broker } from './broker.js';
import { type Peer } from './dispatch.js';

export interface WantedPartition {
  readonly topic: string;
  readonly partition: number;
}

/** How far readers can see, by partition; undefined where there is none. */
export function durableOffsets(broker: Broker, wanted: readonly WantedPartition[]): (number | undefined)[] {
  return wanted.map(({ topic, partition }) => partitionOf(broker, topic, partition)?.durableOffset);
}

/** Timers take no more. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Resolves when a partition has other than the `seen` offsets, a topic is deleted, the log closes or `leftMs` are over;
 * `pauseMs` at the earliest. `gone`: the client has disconnected.
 */
export function durableChange(
  broker: Broker,
  wanted: readonly WantedPartition[],
  seen: readonly (number | undefined)[],
  { leftMs, pauseMs, peer }: { readonly leftMs: number; readonly pauseMs: number; readonly peer: Peer },
): Promise<'look' | 'gone'> {
  return new Promise((resolve) => {
    const unsubscribe: (() => void)[] = [];
    let pause: NodeJS.Timeout | undefined;
    const finish = (outcome: 'look' | 'gone'): void => {
      clearTimeout(timer);
      clearTimeout(pause);
      for (const stop of unsubscribe) stop();
      resolve(outcome);
    };
    const look = (): void => {
      if (pauseMs <= 0) finish('look');
      else pause ??= setTimeout(finish, pauseMs, 'look');
    };
    const timer = setTimeout(finish, Math.min(leftMs, MAX_TIMER_MS), 'look');
    unsubscribe.push(
      peer.onClose(() => finish('gone')),
      broker.wakeUps.subscribe(() => finish('look')),
    );
    for (const { topic, partition } of wanted) {
      const log = partitionOf(broker, topic, partition);
      if (log) unsubscribe.push(log.onDurable(look));
    }
    // Reading took a while: something may have been written since.
    if (durableOffsets(broker, wanted).some((offset, i) => offset !== seen[i])) look();
  });
}
