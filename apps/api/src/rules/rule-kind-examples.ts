/** A kind of rule for people who are about to write one. */
export interface RuleKindGuide {
  readonly summary: string;
  /** Parameters that are valid; a test checks each. */
  readonly examples: readonly {
    readonly title: string;
    readonly params: Readonly<Record<string, unknown>>;
  }[];
}

/** By name of the kind; a test holds it complete. */
export const RULE_KIND_GUIDES: Readonly<Record<string, RuleKindGuide>> = {
  threshold: {
    summary: 'A reading is above, below, inside or outside fixed limits.',
    examples: [
      {
        title: 'Above 30, until it is 28 or less',
        params: { operator: '>', threshold: 30, clearThreshold: 28 },
      },
      {
        title: 'Above 30, critical above 40',
        params: { operator: '>', threshold: 30, levels: [{ severity: 'critical', threshold: 40 }] },
      },
      {
        title: 'Outside 2 to 8',
        params: { operator: 'outside', low: 2, high: 8, clearLow: 3, clearHigh: 7 },
      },
    ],
  },
  aggregate: {
    summary: 'The mean, minimum, maximum, sum, number or range of the readings of the last minutes.',
    examples: [
      {
        title: 'Mean of 10 minutes above 30',
        params: { function: 'avg', windowMs: 600_000, operator: '>', threshold: 30, clearThreshold: 28 },
      },
      {
        title: 'Fewer than 5 readings in 10 minutes',
        params: { function: 'count', windowMs: 600_000, operator: '<', threshold: 5 },
      },
    ],
  },
  rate: {
    summary: 'A value rises or falls fast.',
    examples: [
      {
        title: 'By more than 5 a minute either way',
        params: { operator: 'outside', low: -5, high: 5, perMs: 60_000, windowMs: 300_000 },
      },
      { title: 'Falls by more than 2 an hour', params: { operator: '<', threshold: -2, perMs: 3_600_000 } },
    ],
  },
  repeating: {
    summary: 'The same thing happens again and again.',
    examples: [
      {
        title: 'Above 30 three times in 10 minutes',
        params: { operator: '>', threshold: 30, clearThreshold: 28, times: 3, withinMs: 600_000 },
      },
    ],
  },
  absence: {
    summary: 'Nothing comes any more, from a series or from a device.',
    examples: [
      { title: 'Nothing for 5 minutes', params: { afterMs: 300_000 } },
      { title: 'Nothing of the device for 15 minutes', params: { per: 'device', afterMs: 900_000 } },
      { title: 'Silent for five times the usual distance', params: { factor: 5 } },
    ],
  },
  offline: {
    summary: 'A device is disconnected; `forMs` says for how long.',
    examples: [{ title: 'Disconnected', params: {} }],
  },
  state: {
    summary: 'A text state is a certain one, or changes.',
    examples: [
      { title: 'It is FAULT', params: { operator: '=', value: 'FAULT' } },
      { title: 'It is FAULT or ERROR', params: { operator: 'in', values: ['FAULT', 'ERROR'] } },
      {
        title: 'It changes, until it has not for 5 minutes',
        params: { operator: 'changes', holdMs: 300_000 },
      },
    ],
  },
};
