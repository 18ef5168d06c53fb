import { describe, expect, test } from '@jest/globals';
import { CHANNEL_TYPES } from '@fieldstream/notify';
import { CHANNEL_TYPE_GUIDES } from './channel-type-guides.js';

test('every type has a guide, and nothing else has', () => {
  expect(Object.keys(CHANNEL_TYPE_GUIDES).sort()).toEqual(CHANNEL_TYPES.map(({ type }) => type).sort());
});

describe.each(CHANNEL_TYPES.map((type) => [type.type, type] as const))('%s', (name, type) => {
  const { example, required, optional } = CHANNEL_TYPE_GUIDES[name] ?? {
    example: {},
    required: {},
    optional: {},
  };
  const fields = Object.keys({ ...required, ...optional });
  const problemsOf = (config: object): readonly { field: string; fault: string }[] => {
    const checked = type.parseConfig(config);
    return checked.ok ? [] : checked.problems;
  };

  test('its example is valid', () => expect(problemsOf(example)).toEqual([]));

  test('its secrets are among its fields', () => {
    const secrets = type.secretFields.map((path) => path.split('.')[0]);
    expect(fields).toEqual(expect.arrayContaining(secrets));
  });

  test('the fields are those that it takes', () => {
    // What is not known is refused with a list of what is.
    const [unknown] = problemsOf({ ...example, nope: 1 });
    const known = unknown?.fault.replace(/^.*known are /, '').split(', ');
    expect(known?.sort()).toEqual([...fields].sort());
  });

  test.each(Object.keys(required))('it needs %s', (field) => {
    const { [field]: _, ...rest } = example as Record<string, unknown>;
    expect(problemsOf(rest).map((problem) => problem.field)).toContain(`config.${field}`);
  });
});
