import { parseRule, type Rule } from '@fieldstream/domain';
import { invalid } from '../http/valid.js';

/**
 * The rule that a body holds.
 * @param path Where in the body it stands, e.g. `rule.`.
 * @throws Problem that names every faulty field
 */
export function checkedRule(input: unknown, path = ''): Rule {
  const parsed = parseRule(input);
  if (parsed.ok) return parsed.rule;
  throw invalid(
    parsed.problems.map(({ field, fault }) => ({
      in: 'body',
      field: field === '' ? path.replace(/\.$/, '') : path + field,
      fault,
    })),
  );
}
