import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from '@jest/globals';

const HOOK = `channels:
  - id: hook
    name: Hook
    type: webhook
    config: { url: "\${HOOK_URL}" }
`;

function ruleText(id: string, more = ''): string {
  return `  - id: ${id}
    name: Rule ${id}
    kind: threshold
    params: { operator: ">", threshold: 30 }
${more}`;
}

const NOTIFY = '    notify: { channels: [hook] }\n';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fieldstream-check-'));
});

afterEach(() => rm(folder, { recursive: true }));

async function write(name: string, text: string): Promise<void> {
  await writeFile(join(folder, name), text);
}

const root = join(import.meta.dirname, '../..');
const command = join(root, 'dist/apps/alerter/src/check-alerting.js');

async function check(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [command, ...args], {
      cwd: folder,
      env: { ...process.env, HOOK_URL: 'https://example.org/hook' },
    });
    return { code: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, stdout, stderr };
  }
}

test('says what is there', async () => {
  await write('a.yaml', `${HOOK}rules:\n${ruleText('one')}${ruleText('two', NOTIFY)}`);
  expect(await check('.')).toEqual({ code: 0, stdout: 'ok: 2 rules, 1 channel\n', stderr: '' });
});

test('says what is wrong', async () => {
  await write('a.yaml', 'rules: 7');
  expect(await check('a.yaml')).toEqual({
    code: 1,
    stdout: '',
    stderr: 'a.yaml:1:8: rules must be a list\n',
  });
  expect(await check('b.yaml')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('b.yaml: is not there'),
  });
});

test('warns of channels that only the API can have', async () => {
  await write('a.yaml', `rules:\n${ruleText('one', NOTIFY)}`);
  expect(await check('a.yaml')).toEqual({
    code: 0,
    stdout: 'ok: 1 rule, 0 channels\n',
    stderr:
      'warning: a.yaml:6:26: rules[0].notify.channels[0] must be the ID of a channel: hook is none (in the files: none); it has to be made through the API\n',
  });
});

test.each([[[]], [['a', 'b']], [['--help']]])('called with %j says how it is used', async (args) => {
  expect(await check(...args)).toMatchObject({ code: 2, stderr: expect.stringContaining('usage: ') });
});
