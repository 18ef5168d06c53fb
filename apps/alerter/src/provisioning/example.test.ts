import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parseRule, RULE_KINDS } from '@fieldstream/domain';
import { CHANNEL_TYPES, parseChannel } from '@fieldstream/notify';
import { type AlertingDefinitions, missingChannels, parseAlertingFiles } from './alerting-definitions.js';
import { readAlertingFiles } from './alerting-files.js';
import { describeProblem } from './file-problem.js';

const root = join(import.meta.dirname, '../../../..');
const ENV = {
  SMTP_PASSWORD: 'a-password',
  SLACK_WEBHOOK_URL: 'https://hooks.slack.com/services/T000/B000/XXXX',
  NTFY_TOPIC: 'a-topic',
  TICKETING_SECRET: 'a-secret-of-at-least-sixteen',
};

test('the example files are valid and show every kind of rule', async () => {
  const definitions = parseAlertingFiles(await readAlertingFiles(join(root, 'deploy/alerting')), ENV);
  expect(definitions.problems.map(describeProblem)).toEqual([]);
  expect(missingChannels(definitions)).toEqual([]);
  const kinds = new Set(definitions.rules.map(({ rule }) => rule.kind));
  expect([...kinds].sort()).toEqual(RULE_KINDS.map(({ kind }) => kind).sort());
});

test('the example files need exactly the variables that they name', async () => {
  const files = await readAlertingFiles(join(root, 'deploy/alerting'));
  for (const name of Object.keys(ENV)) {
    const { problems } = parseAlertingFiles(files, { ...ENV, [name]: undefined });
    expect(problems.map(({ text }) => text)).toEqual([
      expect.stringContaining(`environment variable ${name}`),
    ]);
  }
});

describe('the guide', () => {
  async function blocks(language: string): Promise<string[]> {
    const guide = await readFile(join(root, 'docs/ALERTING.md'), 'utf8');
    return [...guide.matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\``, 'gm'))].map(
      ([, text]) => text ?? '',
    );
  }

  async function inJson(): Promise<Record<string, unknown>[]> {
    return (await blocks('json')).map((text) => JSON.parse(text) as Record<string, unknown>);
  }

  async function inYaml(): Promise<AlertingDefinitions[]> {
    return (await blocks('yaml')).map((text, index) =>
      parseAlertingFiles([{ path: `block ${index + 1}`, name: '', text }], ENV),
    );
  }

  function names(list: readonly unknown[]): string[] {
    return [...new Set(list.map(String))].sort();
  }

  test('has no invalid YAML', async () => {
    const problems = (await inYaml()).flatMap((definitions) => definitions.problems);
    expect(problems.map(describeProblem)).toEqual([]);
  });

  test('has every kind of rule in JSON, and the same in YAML', async () => {
    const rules = (await inJson()).filter(({ kind }) => kind !== undefined);
    expect(names(rules.map(({ kind }) => kind))).toEqual(names(RULE_KINDS.map(({ kind }) => kind)));
    const fromYaml = (await inYaml()).flatMap((definitions) => definitions.rules.map(({ rule }) => rule));
    for (const rule of rules) {
      const parsed = parseRule(rule);
      expect(parsed).toMatchObject({ ok: true });
      if (parsed.ok) expect(fromYaml).toContainEqual(parsed.rule);
    }
  });

  test('has every type of channel', async () => {
    const channels = (await inJson()).filter(({ config }) => config !== undefined);
    expect(names(channels.map(({ type }) => type))).toEqual(names(CHANNEL_TYPES.map(({ type }) => type)));
    for (const channel of channels) expect(parseChannel(channel)).toMatchObject({ ok: true });
  });
});
