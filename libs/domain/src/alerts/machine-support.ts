import { compareLevels } from './comparison.js';
import { advance, type AlertStep, type AlertTerms, applyObservation } from './alert-machine.js';
import { type AlertState } from './alert-state.js';

/** Test support: terms that fire above 30, clears at or below 28; a second level fires above 40, clears at or below 38. */
export function terms(forMs: number, clearForMs: number): AlertTerms {
  const levels = [{ severity: 'critical', threshold: 40, clearThreshold: 38 }] as const;
  const limits = { operator: '>', threshold: 30, clearThreshold: 28, levels } as const;
  return {
    forMs,
    clearForMs,
    takesTies: false,
    observe: (_, { value }) => ({ value }),
    assess: (memory) => compareLevels(limits, (memory as { value: number }).value),
    changesAtMs: () => undefined,
  };
}

/** Breached from 100 ms after the last observation on, as of silence; values mean nothing. */
export const SILENCE: AlertTerms = {
  forMs: 0,
  clearForMs: 0,
  takesTies: false,
  observe: (_, { timeMs }) => ({ timeMs }),
  assess: (memory, atMs) => {
    const breached = atMs >= (memory as { timeMs: number }).timeMs + 100 ? 1 : 0;
    return { breached, held: breached, value: null };
  },
  changesAtMs: (memory, afterMs) => {
    const atMs = (memory as { timeMs: number }).timeMs + 100;
    return atMs > afterMs ? atMs : undefined;
  },
};

export type Point = readonly [timeMs: number, value: number];

export interface Seen {
  readonly events: string[];
  readonly state: AlertState | undefined;
  readonly late: number;
}

export function evaluate(rule: AlertTerms, points: readonly Point[], endMs?: number): Seen {
  const events: string[] = [];
  let state: AlertState | undefined;
  let late = 0;
  const note = (transitions: AlertStep['transitions']): void => {
    for (const { transition, level, fromLevel, atMs, startedAtMs } of transitions) {
      const words = transition === 'severity' ? `severity ${fromLevel} to ${level}` : transition;
      events.push(`${words} at ${atMs} since ${startedAtMs}`);
    }
  };
  for (const [timeMs, value] of points) {
    const step = applyObservation(rule, state, { timeMs, value, receivedAtMs: timeMs });
    if (step === 'late') late++;
    else {
      state = step.state;
      note(step.transitions);
    }
  }
  if (endMs !== undefined && state) {
    const step = advance(rule, state, endMs);
    state = step.state;
    note(step.transitions);
  }
  return { events, state, late };
}
