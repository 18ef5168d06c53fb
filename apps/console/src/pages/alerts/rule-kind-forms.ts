import type { Params } from './limits.js';

/** How a parameter is entered. */
export type FieldShape =
  | { readonly as: 'duration' }
  | { readonly as: 'count' | 'number'; readonly min?: number; readonly max?: number }
  | { readonly as: 'text' | 'texts' }
  | {
      readonly as: 'choice';
      readonly options: readonly { readonly value: string; readonly label: string }[];
    };

/** A parameter of a kind of rule, in a form. */
export interface KindField {
  /** In `rule.params`. */
  readonly name: string;
  readonly label: string;
  readonly help?: string;
  readonly shape: FieldShape;
  readonly isOptional?: boolean;
  /** Whether it goes with the other parameters; always where not given. */
  readonly isShown?: (params: Params) => boolean;
}

/** The form of a kind of rule. The kind itself is the API's (`/api/rule-kinds`). */
export interface KindForm {
  readonly kind: string;
  readonly title: string;
  /** Fields before those of the comparison. */
  readonly fields: readonly KindField[];
  /** Whether it compares numbers with limits, which can be drawn and dragged. */
  readonly comparison?: {
    /** What is compared, to follow "Fires when". */
    readonly subject: string;
    /** Whether the limits are drawn on the metric itself, rather than on what is made of it. */
    readonly isOnReadings: boolean;
  };
  /** In what the levels above the first differ; limits of the comparison where not given. */
  readonly ladder?: KindField;
  readonly takesLevels?: (params: Params) => boolean;
}

const choice = (...options: readonly (readonly [value: string, label: string])[]): FieldShape => ({
  as: 'choice',
  options: options.map(([value, label]) => ({ value, label })),
});

const times: KindField = {
  name: 'times',
  label: 'Times',
  help: 'How often the value has to come to breach.',
  shape: { as: 'count', min: 2, max: 100 },
};

const afterMs: KindField = {
  name: 'afterMs',
  label: 'Silent for',
  help: 'E.g. 15m. Empty: learned from how often the device usually sends.',
  shape: { as: 'duration' },
  isOptional: true,
};

/** By kind; a test holds it complete. */
export const KIND_FORMS: readonly KindForm[] = [
  {
    kind: 'threshold',
    title: 'Threshold',
    fields: [],
    comparison: { subject: 'a reading is', isOnReadings: true },
  },
  {
    kind: 'aggregate',
    title: 'Over a window',
    fields: [
      {
        name: 'function',
        label: 'Function',
        shape: choice(
          ['avg', 'Mean'],
          ['min', 'Minimum'],
          ['max', 'Maximum'],
          ['sum', 'Sum'],
          ['count', 'Number of readings'],
          ['range', 'Range (max − min)'],
        ),
      },
      { name: 'windowMs', label: 'Window', help: '10s to 7d', shape: { as: 'duration' } },
    ],
    comparison: { subject: 'it is', isOnReadings: false },
  },
  {
    kind: 'rate',
    title: 'Rate of change',
    fields: [
      {
        name: 'perMs',
        label: 'Change per',
        help: 'E.g. 1m: a change per minute.',
        shape: { as: 'duration' },
      },
      {
        name: 'windowMs',
        label: 'Over a window',
        help: '10s to 7d. Empty: between the last two readings.',
        shape: { as: 'duration' },
        isOptional: true,
      },
    ],
    comparison: { subject: 'the change is', isOnReadings: false },
  },
  {
    kind: 'repeating',
    title: 'Repeating',
    fields: [times, { name: 'withinMs', label: 'Within', help: 'E.g. 10m', shape: { as: 'duration' } }],
    comparison: { subject: 'again and again a reading comes to be', isOnReadings: true },
    ladder: times,
  },
  {
    kind: 'absence',
    title: 'No data',
    fields: [
      {
        name: 'per',
        label: 'What is silent',
        shape: choice(['series', 'Each metric for itself'], ['device', 'The device as a whole']),
      },
      afterMs,
      {
        name: 'factor',
        label: 'Times the usual distance',
        help: 'More than 1, up to 100. Empty: 3.',
        shape: { as: 'number', min: 1, max: 100 },
        isOptional: true,
        isShown: (params) => params['afterMs'] === undefined,
      },
    ],
    ladder: { ...afterMs, help: 'Longer than the level before.', isOptional: false },
    takesLevels: (params) => params['afterMs'] !== undefined,
  },
  { kind: 'offline', title: 'Offline', fields: [] },
  {
    kind: 'state',
    title: 'Text state',
    fields: [
      {
        name: 'operator',
        label: 'Fires when the text',
        shape: choice(['=', 'is'], ['!=', 'is not'], ['in', 'is one of'], ['changes', 'changes']),
      },
      {
        name: 'value',
        label: 'Text',
        help: 'Letter by letter: ON is not on.',
        shape: { as: 'text' },
        isShown: ({ operator }) => operator === '=' || operator === '!=',
      },
      {
        name: 'values',
        label: 'Texts',
        help: 'Letter by letter: ON is not on.',
        shape: { as: 'texts' },
        isShown: ({ operator }) => operator === 'in',
      },
      {
        name: 'holdMs',
        label: 'Until unchanged for',
        help: 'Empty: 5m',
        shape: { as: 'duration' },
        isOptional: true,
        isShown: ({ operator }) => operator === 'changes',
      },
    ],
  },
];

/** The form of a kind; one without fields for a kind that this console does not know. */
export function formOf(kind: string): KindForm {
  return KIND_FORMS.find((form) => form.kind === kind) ?? { kind, title: kind, fields: [] };
}

/** The parameters with one of them set; those that do not go with it go. */
export function withParam(form: KindForm, params: Params, name: string, value: unknown): Params {
  const changed: Params = { ...params, [name]: value };
  const hidden = form.fields.filter(({ isShown }) => isShown !== undefined && !isShown(changed));
  const gone = new Set(hidden.map((field) => field.name));
  if (form.takesLevels?.(changed) === false) gone.add('levels');
  return Object.fromEntries(
    Object.entries(changed).filter(([key, held]) => !gone.has(key) && held !== undefined),
  );
}
