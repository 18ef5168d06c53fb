import { expect, test } from '@jest/globals';
import { cacheDirOf, parseCommand } from './options.js';

const parse = (...args: string[]) => parseCommand(args, { XDG_CACHE_HOME: '/cache' }, '/project');

test('up without options takes the default data folder and leaves the ports open', () => {
  expect(parse('up')).toEqual({
    action: 'up',
    dataDir: '/project/data/stack',
    cacheDir: '/cache/fieldstream',
    purge: false,
  });
});

test('every option is taken over, relative paths from the working folder', () => {
  expect(
    parse('up', '--data', 'x', '--kafka-port=9092', '--postgres-port', '5432', '--postgres-bin', 'bin'),
  ).toMatchObject({
    dataDir: '/project/x',
    kafkaPort: 9092,
    postgresPort: 5432,
    postgresBin: '/project/bin',
  });
  expect(parse('down', '--purge', '--data', '/elsewhere')).toMatchObject({
    action: 'down',
    dataDir: '/elsewhere',
    purge: true,
  });
});

test('--help needs no command', () => {
  expect(parse('--help').action).toBe('help');
  expect(parse('up', '-h').action).toBe('help');
});

test.each([
  [[], /up, down or status/],
  [['start'], /Unknown command "start"/],
  [['up', 'now'], /Unexpected argument "now"/],
  [['up', '--purge'], /--purge goes with down only/],
  [['up', '--kafka-port', '0'], /--kafka-port 0 is not a port/],
  [['up', '--kafka-port', '65536'], /not a port/],
  [['up', '--postgres-port', '5432x'], /--postgres-port 5432x is not a port/],
  [['up', '--kafka-port', '7000', '--postgres-port', '7000'], /both 7000/],
  [['up', '--force'], /--force/],
] satisfies [string[], RegExp][])('%j is refused with a reason', (args, reason) => {
  expect(() => parse(...args)).toThrow(
    expect.objectContaining({ code: 'BAD_OPTION', message: expect.stringMatching(reason) }),
  );
});

test('the cache folder follows FIELDSTREAM_STACK_CACHE, then XDG_CACHE_HOME, then the home folder', () => {
  expect(cacheDirOf({ FIELDSTREAM_STACK_CACHE: 'c', XDG_CACHE_HOME: '/x' }, '/project')).toBe('/project/c');
  expect(cacheDirOf({ XDG_CACHE_HOME: '/x' }, '/project')).toBe('/x/fieldstream');
  expect(cacheDirOf({}, '/project')).toMatch(/\/\.cache\/fieldstream$/);
});
