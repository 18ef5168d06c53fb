import type { Comparison, Severity } from '@fieldstream/domain';
import type { Climate } from './climate.js';
import type { Dice } from './dice.js';
import type { Incident } from './incident.js';

/** What a device reports of one moment, as it stands in its payload. */
export interface Values {
  readonly [metric: string]: number | string | boolean | Values;
}

/** The values of a moment: a pure function of it. Epoch milliseconds. */
export type Model = (timeMs: number) => Values;

/** What a model is made from. */
export interface Surroundings {
  /** The device's own. */
  readonly dice: Dice;
  /** The same for all sites of a fleet. */
  readonly climate: Climate;
  /** Set for the device that something goes wrong with. */
  readonly incident: Incident | undefined;
}

/**
 * What a device is like beyond its values.
 * `spikes`: now and then one absurd value. `stuck`: a sensor that repeats itself for minutes. `dropouts`: readings that
 * are never sent. `late`: readings held back, then sent together. `repeats`: the same publish twice. `skewed`: a clock
 * three minutes slow. `flaky`: connections that break without a goodbye.
 */
export type Habit = 'steady' | 'spikes' | 'stuck' | 'dropouts' | 'late' | 'repeats' | 'skewed' | 'flaky';

/** The rule that watches a site in the demo. */
export interface SiteRule {
  /** Ends the rule's ID. */
  readonly slug: string;
  readonly name: string;
  /** What it means and what to do. */
  readonly description: string;
  readonly severity: Severity;
  /** Of all devices of the kind. */
  readonly metric: string;
  readonly params: Comparison;
  readonly forMs: number;
}

/**
 * A kind of device, with its site. Apart from its incident, no value that a model yields ever breaches the site's rule.
 */
export interface DeviceKind {
  /** Both are part of the device IDs. */
  readonly site: string;
  readonly kind: string;
  /** Name for people of device number `n`. */
  nameOf(n: number): string;
  /** Between two readings. */
  readonly intervalMs: number;
  /**
   * The habit of each device of one site; their number is the kind's share in a fleet. A larger fleet repeats them.
   */
  readonly habits: readonly Habit[];
  /** Which of them something goes wrong with (a steady one, counted from 1), and when. */
  readonly incident: { readonly device: number; readonly afterMs: number };
  /** Metrics at the top of the payload that break, none of them the rule's. */
  readonly faults: {
    readonly spike: { readonly metric: string; readonly value: number };
    readonly stuck: string;
  };
  readonly rule: SiteRule;
  model(surroundings: Surroundings): Model;
}
