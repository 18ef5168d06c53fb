import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

const root = join(import.meta.dirname, '..');
const lines = readFileSync(join(root, 'deploy', 'Dockerfile'), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));
const instructions = lines.map((line) => {
  const [instruction = '', ...args] = line.split(/\s+/);
  return { instruction, args };
});
const of = (name: string): string[][] =>
  instructions.filter(({ instruction }) => instruction === name).map(({ args }) => args);
const copied = of('COPY')
  .filter(([first]) => !first?.startsWith('--from'))
  .flatMap((args) => args.slice(0, -1));

test('stands on one pinned version of Node, as new as package.json asks', () => {
  const images = of('FROM')
    .map(([image]) => image)
    .filter((image) => image !== 'base');
  expect(new Set(images).size).toBe(1);
  expect(images[0]).toMatch(/^node:20\.(19|[2-9]\d)\.\d+-bookworm-slim$/);
});

test('copies what exists', () => {
  expect(copied.length).toBeGreaterThan(5);
  expect(copied.filter((source) => !existsSync(join(root, source)))).toEqual([]);
});

test('copies what .dockerignore lets through, and nothing secret or superfluous comes along', () => {
  const rules = readFileSync(join(root, '.dockerignore'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  expect(rules[0]).toBe('*');
  const allowed = new Set(rules.filter((rule) => rule.startsWith('!')).map((rule) => rule.slice(1)));
  expect(copied.map((source) => source.split('/')[0]).filter((top) => !allowed.has(top ?? ''))).toEqual([]);
  expect(rules).toEqual(expect.arrayContaining(['**/*.test.ts', '**/node_modules', '**/.env*']));
});

test('copies every file that the build script needs', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  expect(scripts['build']).toMatch(/^nest build/);
  expect(copied).toEqual(
    expect.arrayContaining([
      'package.json',
      'package-lock.json',
      'nest-cli.json',
      'tsconfig.json',
      'apps',
      'libs',
    ]),
  );
});

test('runs as a user who is not root', () => {
  const last = lines.findLastIndex((line) => line.startsWith('FROM'));
  const user = lines.slice(last).find((line) => line.startsWith('USER'));
  expect(user).toMatch(/^USER [1-9]\d*:[1-9]\d*$/);
});

test('brings the migrations to where the program looks for them, above its own files', () => {
  expect(of('COPY')).toContainEqual(['libs/timescale/migrations', 'libs/timescale/migrations']);
});

test('starts a program that there is', () => {
  const [program, file = ''] = JSON.parse(of('CMD')[0]?.join(' ') ?? '[]') as string[];
  expect(program).toBe('node');
  const source = file.replace(/^dist\//, '').replace(/\.js$/, '.ts');
  expect(existsSync(join(root, source))).toBe(true);
});
