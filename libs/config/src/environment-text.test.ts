import { expect, test } from '@jest/globals';
import { fillEnvironment } from './environment-text.js';

const ENV = { TOKEN: 'sesame', _A1: 'x', EMPTY: '', BLANK: ' ', DOLLARS: '${TOKEN}' };

test.each([
  ['plain', 'plain'],
  ['', ''],
  ['${TOKEN}', 'sesame'],
  ['Bearer ${TOKEN}, ${_A1}${_A1}', 'Bearer sesame, xx'],
  ['$${TOKEN}', '${TOKEN}'],
  ['$$${TOKEN}', '$${TOKEN}'],
  ['costs $5 and {{title}}', 'costs $5 and {{title}}'],
  ['${DOLLARS}', '${TOKEN}'],
])('%j becomes %j', (text, filled) => {
  expect(fillEnvironment(text, ENV)).toEqual({ ok: true, text: filled });
});

test.each([
  ['${NONE}', 'needs the environment variable NONE, which is not set'],
  ['${EMPTY}', 'needs the environment variable EMPTY, which is not set'],
  ['${BLANK}', 'needs the environment variable BLANK, which is not set'],
  ['${constructor}', 'needs the environment variable constructor, which is not set'],
  [
    '${A}${TOKEN}${B}${A}',
    'needs the environment variable A, which is not set, and needs the environment variable B, which is not set',
  ],
])('%j is refused: %s', (text, fault) => {
  expect(fillEnvironment(text, ENV)).toEqual({ ok: false, fault });
});

test.each(['${', '${}', '${TOKEN', '${1A}', '${A B}', '${{value}}'])(
  '%j is refused and says how to escape',
  (text) => {
    expect(fillEnvironment(text, ENV)).toEqual({
      ok: false,
      fault:
        'has ${ without the name of an environment variable and } after it, e.g. ${SMTP_PASSWORD}; write $${ for ${ itself',
    });
  },
);
