import { numericOf } from '../reading.js';
import { isRecord, noParams, unknownFields } from './checking.js';
import {
  type Comparison,
  COMPARISON_FIELDS,
  compareLevels,
  describeComparison,
  severitiesOf,
} from './comparison.js';
import { parseComparison } from './comparison-parsing.js';
import { type Checked, type RuleKind } from './rule-kind.js';

interface Memory {
  readonly value: number;
}

/** Each reading against fixed limits. States such as `ON` or `true` count as 1, `OFF` and `false` as 0. */
export const threshold: RuleKind<Comparison, Memory> = {
  kind: 'threshold',
  source: 'readings',
  parseParams,
  subject: () => 'series',
  higherLevels: severitiesOf,
  accepts: (_, value) => numericOf(value) !== undefined,
  observe: (_params, _memory, { value }) => ({ value: numericOf(value) ?? NaN }),
  assess: (params, { value }) => compareLevels(params, value),
  changesAtMs: () => undefined,
  describe: describeComparison,
};

function parseParams(input: unknown): Checked<Comparison> {
  if (!isRecord(input)) return noParams('{"operator": ">", "threshold": 30}');
  const problems = unknownFields(input, COMPARISON_FIELDS, 'params.');
  const parsed = parseComparison(input, 'params.');
  if (!parsed.ok) problems.push(...parsed.problems);
  return parsed.ok && problems.length === 0 ? parsed : { ok: false, problems };
}
