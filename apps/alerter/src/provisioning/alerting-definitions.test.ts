import { describe, expect, test } from '@jest/globals';
import { missingChannels, parseAlertingFiles } from './alerting-definitions.js';
import { type AlertingFile } from './alerting-files.js';
import { describeProblem } from './file-problem.js';

const ENV = { HOOK_SECRET: 'sesame-sesame-sesame', HOOK_URL: 'https://example.org/hook' };

function file(text: string, name = 'a.yaml'): AlertingFile {
  return { path: `alerting/${name}`, name, text };
}

function faults(...texts: string[]): string[] {
  const files = texts.map((text, index) => file(text, `${'abc'[index]}.yaml`));
  return parseAlertingFiles(files, ENV).problems.map((problem) =>
    describeProblem(problem).replace('alerting/', ''),
  );
}

const HOT = `rules:
  - id: too-hot
    name: Too hot
    kind: threshold
    params: { operator: ">", threshold: 30 }
`;

test('reads rules and channels of all files', () => {
  const channels = `channels:
  - id: hook
    name: Hook
    type: webhook
    groupWait: 5s
    config:
      url: \${HOOK_URL}
      secret: \${HOOK_SECRET}
`;
  const ladder = `# nothing else
x-notify: &notify { channels: [hook] }
rules:
  - id: too-cold
    name: Too cold
    description: |
      Close the window.
      Then look again.
    severity: info
    scope: { devices: [greenhouse-*], metrics: [temperature] }
    kind: threshold
    params:
      operator: <
      threshold: 5
      clearThreshold: 7
      levels: [{ severity: warning, threshold: 2 }]
    for: 5m
    clearFor: 90s
    notify: *notify
`;
  const definitions = parseAlertingFiles([file(HOT), file(channels, 'b.yaml'), file(ladder, 'c.yaml')], ENV);
  expect(definitions.problems).toEqual([]);
  expect(definitions.channels).toMatchObject([
    {
      file: { name: 'b.yaml' },
      channel: {
        id: 'hook',
        enabled: true,
        groupWaitMs: 5_000,
        config: { url: 'https://example.org/hook', secret: 'sesame-sesame-sesame' },
      },
    },
  ]);
  expect(definitions.rules.map(({ rule, file: { name } }) => [name, rule])).toMatchObject([
    ['a.yaml', { id: 'too-hot', severity: 'warning', forMs: 0 }],
    [
      'c.yaml',
      {
        id: 'too-cold',
        description: 'Close the window.\nThen look again.\n',
        severity: 'info',
        scope: { devices: ['greenhouse-*'], labels: {}, metrics: ['temperature'] },
        params: { operator: '<', levels: [{ severity: 'warning', threshold: 2 }] },
        forMs: 300_000,
        clearForMs: 90_000,
        notify: { channels: ['hook'] },
      },
    ],
  ]);
  expect(missingChannels(definitions)).toEqual([]);
});

test.each([
  ['', 'nothing'],
  ['# rules:\n#   - id: a\n', 'comments'],
  ['rules:\nchannels:\n', 'empty lists'],
  ['x-limits: { a: 1 }', 'anchors alone'],
])('%j defines nothing: %s', (text) => {
  expect(parseAlertingFiles([file(text)], ENV)).toEqual({ rules: [], channels: [], problems: [] });
});

test.each<[what: string, text: string, expected: string[]]>([
  ['a text', 'rules', ['a.yaml:1:1: must be a mapping with the lists channels and rules']],
  ['a list', '- id: a', ['a.yaml:1:1: must be a mapping with the lists channels and rules']],
  [
    'an unknown list',
    'rule:\n  - id: a\n',
    ['a.yaml:1:1: rule is not known here; known are channels, rules, and names that begin with x-'],
  ],
  ['rules that are no list', 'rules:\n  too-hot: {}\n', ['a.yaml:1:1: rules must be a list']],
  [
    'a rule that is no mapping',
    'rules:\n  - too-hot\n',
    ['a.yaml:2:5: rules[0] must be a mapping with the fields of one entry: id, name, kind and params'],
  ],
  [
    'a misspelt field',
    `${HOT}    serverity: critical\n`,
    [
      'a.yaml:6:16: rules[0].serverity is not known here; known are id, name, description, enabled, severity, scope, kind, params, forMs, clearForMs, notify',
    ],
  ],
  [
    'a wrong value, deep inside',
    HOT.replace('threshold: 30', 'threshold: 30, levels: [{ severity: critical, threshold: hot }]'),
    ['a.yaml:5:87: rules[0].params.levels[0].threshold must be a finite number, e.g. 30'],
  ],
  [
    'a missing field, told where its parent stands',
    HOT.replace(', threshold: 30', ''),
    ['a.yaml:5:5: rules[0].params.threshold must be a finite number, e.g. 30'],
  ],
  [
    'a duration out of range, told as it is written',
    `${HOT}    for: 40d\n`,
    [
      'a.yaml:6:10: rules[0].for (3456000000 ms) must be a whole number of milliseconds from 0 to 2592000000, e.g. 300000 for 5 minutes',
    ],
  ],
  [
    'a duration without a unit, told once',
    HOT.replace('kind: threshold', 'kind: repeating').replace('30 }', '30, times: 3, within: 300 }'),
    [
      'a.yaml:5:63: rules[0].params.within must be a duration with its unit (d, h, m, s or ms), e.g. 30s, 5m or 1h30m',
    ],
  ],
  [
    'a channel without a value for its secret, told once',
    'channels:\n  - id: hook\n    name: Hook\n    type: webhook\n    config:\n      url: ${NO_URL}\n',
    ['a.yaml:6:12: channels[0].config.url needs the environment variable NO_URL, which is not set'],
  ],
  [
    'a channel with an unknown field in its config',
    'channels:\n  - id: hook\n    name: Hook\n    type: webhook\n    config:\n      url: ${HOOK_URL}\n      urls: []\n',
    [
      expect.stringMatching(
        /^a\.yaml:7:7: channels\[0\]\.config\.urls is not known here; known are url, /,
      ) as never,
    ],
  ],
])('%s is refused with its place', (_, text, expected) => {
  expect(faults(text)).toEqual(expected);
});

test('tells all faults of all files at once, in the order of their lines', () => {
  const broken = 'rules: [';
  const two = 'rules:\n  - id: A\n    name: x\n    kind: none\n  - 7\nchannels: 7\n';
  expect(faults(broken, HOT, two).map((fault) => fault.replace(/ .*/, ''))).toEqual([
    'a.yaml:1:9:',
    'c.yaml:2:9:',
    'c.yaml:4:11:',
    'c.yaml:5:5:',
    'c.yaml:6:11:',
  ]);
});

describe('IDs', () => {
  test('defined twice name both places', () => {
    expect(faults(HOT, HOT.replace('name: Too hot', 'name: Again'))).toEqual([
      'b.yaml:2:9: rules[0].id is too-hot, which is defined before at alerting/a.yaml:2:9: IDs must be unique',
    ]);
  });

  test('may be the same for a rule and a channel', () => {
    const channel =
      'channels:\n  - { id: too-hot, name: Hook, type: webhook, config: { url: "${HOOK_URL}" } }\n';
    expect(faults(HOT + channel)).toEqual([]);
  });
});

describe('channels that rules name', () => {
  const notifying = (...channels: string[]): string =>
    `${HOT}    notify:\n      channels: [${channels.join(', ')}]\n`;
  const hook = 'channels:\n  - { id: hook, name: Hook, type: webhook, config: { url: "${HOOK_URL}" } }\n';

  function missing(text: string): string[] {
    return missingChannels(parseAlertingFiles([file(text)], ENV)).map(describeProblem);
  }

  test('that are in no file are told with their place', () => {
    expect(missing(notifying('hook', 'hook', 'hok') + hook)).toEqual([
      'alerting/a.yaml:7:30: rules[0].notify.channels[2] must be the ID of a channel: hok is none (in the files: hook)',
    ]);
    expect(missing(notifying('hook'))).toEqual([
      'alerting/a.yaml:7:18: rules[0].notify.channels[0] must be the ID of a channel: hook is none (in the files: none)',
    ]);
  });

  test('may stand in another file', () => {
    const definitions = parseAlertingFiles([file(notifying('hook')), file(hook, 'b.yaml')], ENV);
    expect(missingChannels(definitions)).toEqual([]);
  });
});

test('no fault shows a secret', () => {
  const text = `channels:
  - id: hook
    name: Hook
    type: webhook
    config:
      url: \${HOOK_SECRET}
      secret: ["\${HOOK_SECRET}"]
      sesame: \${HOOK_SECRET}
      method: \${HOOK_SECRET}
`;
  const shown = faults(text);
  expect(shown.length).toBeGreaterThan(2);
  expect(shown.join()).not.toContain('sesame-sesame');
});
