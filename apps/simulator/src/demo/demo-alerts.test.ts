import { expect, test } from '@jest/globals';
import { type AlertState, applyObservation, compileRule, matchesGlob } from '@fieldstream/domain';
import { buildFleet, ONE_OF_EACH, type FleetDevice } from '../fleet/fleet.js';
import { valueOf } from '../fleet/model-samples.js';
import { demoRules, type DemoRule } from './demo-rules.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const ANCHOR_MS = Date.UTC(2026, 5, 1, 9, 30);

interface Change {
  readonly rule: string;
  readonly device: string;
  readonly change: string;
  readonly afterSeconds: number;
}

/** What the platform makes of a device's readings, history first, as the alerter evaluates them. */
function changesOf(device: FleetDevice, { rule }: DemoRule, minutes: number): readonly Change[] {
  const { terms } = compileRule(rule);
  let state: AlertState | undefined;
  const changes: Change[] = [];
  const apply = (timeMs: number, values: ReturnType<FleetDevice['observe']>): void => {
    const value = Number(valueOf(values, rule.scope.metrics[0] ?? ''));
    const step = applyObservation(terms, state, { timeMs, receivedAtMs: timeMs, value });
    if (step === 'late') return;
    state = step.state;
    for (const { transition, atMs } of step.transitions) {
      const afterSeconds = Math.round((atMs - ANCHOR_MS) / SECOND);
      changes.push({ rule: rule.id, device: device.deviceId, change: transition, afterSeconds });
    }
  };
  for (let at = ANCHOR_MS - 360 * MINUTE; at < ANCHOR_MS; at += MINUTE) apply(at, device.observeSound(at));
  for (let at = ANCHOR_MS; at < ANCHOR_MS + minutes * MINUTE; at += device.intervalMs) {
    if (device.deliveryAt(at) !== 'lose') apply(at, device.observe(at));
  }
  return changes;
}

test.each([1, 2, 3])(
  'one alert at each site in half an hour, the first within three minutes (seed %d)',
  (seed) => {
    const fleet = buildFleet({
      seed,
      devices: ONE_OF_EACH,
      prefix: 'demo',
      anchorMs: ANCHOR_MS,
      zoneOffsetMs: 0,
    });
    const rules = demoRules('demo');
    const changes = fleet
      .flatMap((device) =>
        rules
          .filter(({ rule }) => rule.scope.devices.some((pattern) => matchesGlob(pattern, device.deviceId)))
          .flatMap((rule) => changesOf(device, rule, 30)),
      )
      .sort((a, b) => a.afterSeconds - b.afterSeconds);
    expect(changes.map(({ rule, device, change }) => `${rule} ${device} ${change}`)).toEqual(
      [
        'demo-coldstore-too-warm demo-coldstore-freezer-3',
        'demo-workshop-vibration demo-workshop-spindle-2',
        'demo-building-undervoltage demo-building-meter-2',
        'demo-greenhouse-co2-too-high demo-greenhouse-zone-2',
        'demo-roof-gale demo-roof-weather-1',
      ].flatMap((alert) => [`${alert} firing`, `${alert} resolved`]),
    );
    const [first, second] = changes;
    expect(first?.afterSeconds).toBeGreaterThan(120);
    expect(first?.afterSeconds).toBeLessThanOrEqual(180);
    expect(second?.afterSeconds).toBeLessThan(330);
  },
);
