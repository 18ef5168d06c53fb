/** What is wrong with one field of an input, and what would be valid there. */
export interface FieldProblem {
  /** Path of the field, e.g. `scope.devices[0]`; empty for the input as a whole. */
  readonly field: string;
  /** E.g. `must be a finite number, e.g. 30`. */
  readonly fault: string;
}

/** The outcome of checking an input: the checked value, or everything that is wrong with it. */
export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly FieldProblem[] };

/**
 * A kind of alert rule, e.g. `threshold`. To add one, write a file that exports a `RuleKind` and add a line to
 * `RULE_KINDS`. All of it is pure: the same parameters and value always give the same answer.
 */
export interface RuleKind<P extends object> {
  /** Name in `rule.kind`; never changed once rules of this kind are stored. */
  readonly kind: string;
  /** Checks `rule.params`. Fields of the problems start with `params.`. The value survives JSON unchanged. */
  parseParams(input: unknown): Checked<P>;
  /** Whether a value starts (or continues) the condition. */
  breaches(params: P, value: number): boolean;
  /** Whether a value ends the condition. MUST be false wherever `breaches` is true; in between lies the hysteresis. */
  clears(params: P, value: number): boolean;
  /** Both conditions in words, to follow a metric's name: `> 30`, `<= 28`. */
  describe(params: P): { readonly breach: string; readonly clear: string };
}
