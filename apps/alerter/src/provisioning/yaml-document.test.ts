import { expect, test } from '@jest/globals';
import { parseYaml, type YamlDocument } from './yaml-document.js';

function read(text: string): YamlDocument {
  const parsed = parseYaml(text);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.document;
}

function refused(text: string): string[] {
  const parsed = parseYaml(text);
  if (parsed.ok) throw new Error(`${text} was taken as ${JSON.stringify(parsed.document.value)}`);
  return parsed.problems.map(({ line, column, fault }) => `${line}:${column} ${fault}`);
}

test.each<[what: string, text: string, value: unknown]>([
  ['an empty text', '', null],
  ['comments alone', '# rules:\n#   - id: a\n', null],
  [
    'words that other versions of YAML take for truth values',
    'a: [ON, off, yes, No, true]',
    { a: ['ON', 'off', 'yes', 'No', true] },
  ],
  [
    'numbers that other versions take for octal or sexagesimal',
    'a: [010, 1:30, 0x1F, 1e3]',
    { a: [10, '1:30', 31, 1000] },
  ],
  ['a date as text', 'a: 2026-01-02', { a: '2026-01-02' }],
  ['aliases', 'x-to: &to [a]\nb: *to', { 'x-to': ['a'], b: ['a'] }],
  ['<< as an ordinary key', '<<: {a: 1}', { '<<': { a: 1 } }],
  ['a byte order mark', '\uFEFFa: 1', { a: 1 }],
  ['Windows line ends', 'a: 1\r\nb: 2\r\n', { a: 1, b: 2 }],
  ['operators that need no quotes', 'a: <=\nb: =\nc: <', { a: '<=', b: '=', c: '<' }],
])('%s: %j', (_, text, value) => {
  expect(read(text).value).toEqual(value);
});

test.each<[text: string, fault: string]>([
  ['a: 1\nb: 2\na: 3', '3:1 is a key that this mapping has already: keys must be unique'],
  ['a: 1\n"a": 2', '2:1 is a key that this mapping has already: keys must be unique'],
  [
    'a:\n  operator: >\n  b: 1',
    '2:13 has > or | where a value begins, which stands for a text in the lines below: write a text that begins with this character in quotes, e.g. ">"',
  ],
  [
    'a: >=\nb: 1',
    '1:5 has > or | where a value begins, which stands for a text in the lines below: write a text that begins with this character in quotes, e.g. ">"',
  ],
  [
    'a: !=\n',
    '1:6 has a tag (a word that begins with !), which is not taken here: write a text that begins with this character in quotes, e.g. "!="',
  ],
  [
    'a: !!binary aGk=',
    '1:13 has a tag (a word that begins with !), which is not taken here: write a text that begins with this character in quotes, e.g. "!="',
  ],
  [
    'a: !js/function "() => 1"',
    '1:17 has a tag (a word that begins with !), which is not taken here: write a text that begins with this character in quotes, e.g. "!="',
  ],
  [
    'a: !!map {}',
    '1:10 has a tag (a word that begins with !), which is not taken here: write a text that begins with this character in quotes, e.g. "!="',
  ],
  [
    'a: [*]',
    '1:5 has * where a value begins, which stands for an alias: write a text that begins with this character in quotes, e.g. "*"',
  ],
  [
    'a:\n  - *-north',
    '2:5 is an alias of an anchor that is not before it: write a text that begins with this character in quotes (*), e.g. "*-north"',
  ],
  ['a: &a [*a]', '1:8 is an alias of something that it is a part of'],
  [
    'a: @b',
    '1:4 has a value that begins with a character that YAML keeps for itself: write a text that begins with this character in quotes',
  ],
  ['a: b: c', '1:4 has a second "key: value" in the same line: write it in a line of its own, or in quotes'],
  [
    'a: "b\\q"',
    '1:6 has an unknown escape in a text in double quotes: write \\\\ for a backslash, or use single quotes',
  ],
  ['a:\n\t- 1', '2:1 is indented with a tab: use spaces'],
  ['a: 1\n---\nb: 1', '2:1 begins a second document (---): a file must hold one'],
  ['a: [1', '1:6 is not indented as what it belongs to, or a bracket before it is not closed'],
  [
    'a: "b',
    '1:6 lacks a character before this place, mostly a closing quote or bracket, or the : after a key',
  ],
  ['? [a]\n: 1', '1:3 is a list, a mapping or an alias, and so no key'],
])('%j is refused: %s', (text, fault) => {
  expect(refused(text)).toEqual([fault]);
});

test('an error of structure is the last one that is told: those after it mostly follow from it', () => {
  expect(refused('a: 1\na: 2\nb: c: d\n  - e\nf: g: h\n').map((fault) => fault.slice(0, 4))).toEqual([
    '2:1 ',
    '3:4 ',
  ]);
});

test('tells all faults, one a line', () => {
  expect(refused('a: !x 1\nb: [!y 1, !z 2]\nc: *none').map((fault) => fault.slice(0, 4))).toEqual([
    '1:7 ',
    '2:8 ',
    '3:4 ',
  ]);
});

test('never quotes the text, which may hold secrets', () => {
  const faults = [
    '*sesame',
    '!sesame x',
    '>sesame',
    '"sesame',
    '@sesame',
    '"\\sesame"',
    'x: sesame',
    '&sesame *sesame',
  ];
  for (const fault of faults) expect(refused(`password: ${fault}`).join()).not.toContain('sesame');
});

test('aliases are bounded, those within one another multiplied', () => {
  const many = `a: &a 1\nb: [${Array(1001).fill('*a').join(', ')}]`;
  expect(refused(many)).toEqual([
    '2:4005 is one alias too many: a file may have 1000, those within others multiplied',
  ]);
  const bomb = ['a0: &a0 [x, x, x]'];
  for (let level = 1; level < 30; level += 1) {
    const alias = `*a${level - 1}`;
    bomb.push(`a${level}: &a${level} [${alias}, ${alias}, ${alias}, ${alias}]`);
  }
  expect(refused(bomb.join('\n'))).toEqual([
    '1:1 is one alias too many: a file may have 1000, those within others multiplied',
  ]);
});

test.each([600, 6_000, 200_000])('nesting of %d levels is a fault like any other', (levels) => {
  const text = `a: ${'['.repeat(levels)}${']'.repeat(levels)}`;
  expect(refused(text)).toEqual([expect.stringContaining('nested too deeply')]);
});

const RULES = `# two rules
x-limits: &limits
  operator: ">"
  threshold: 30
rules:
  - id: a
    name: null
    scope:
      labels: { site.north: x, "site": [y, z] }
    params: *limits
  - id: b
    params:
      levels:
        - severity: critical
          threshold:
`;

test.each<[field: string, position: string, what: string]>([
  ['', '2:1', 'the document'],
  ['rules', '5:1', 'the key of a list'],
  ['rules[0]', '6:5', 'an entry'],
  ['rules[0].id', '6:9', 'the value of a text'],
  ['rules[0].name', '7:5', 'the key of nothing'],
  ['rules[0].kind', '6:5', 'the entry, for a field that is missing'],
  ['rules[0].scope.labels', '9:7', 'the key of a mapping'],
  ['rules[0].scope.labels.site.north', '9:29', 'the longest key that fits'],
  ['rules[0].scope.labels.site', '9:32', 'the key of a list'],
  ['rules[0].scope.labels.site[1]', '9:44', 'an item'],
  ['rules[0].scope.devices[3]', '8:5', 'the mapping, for a list that is missing'],
  ['rules[0].params', '10:13', 'an alias'],
  ['rules[0].params.threshold', '4:14', 'a field within an alias'],
  ['rules[0].params.low', '10:13', 'the alias, for a field that its anchor does not have'],
  ['rules[1].params.levels[0].threshold', '15:11', 'the key of an empty value'],
  ['rules[1].params.levels[0].low', '14:11', 'the level, for a field that is missing'],
  ['rules[7].id', '5:1', 'the list, for an entry that is missing'],
  ['nothing', '2:1', 'the document, for what is not there'],
])('%s stands at %s: %s', (field, position) => {
  const { line, column } = read(RULES).positionOf(field);
  expect(`${line}:${column}`).toBe(position);
});
