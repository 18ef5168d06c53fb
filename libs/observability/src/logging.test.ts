import { expect, test } from '@jest/globals';
import { createLogger } from './create-logger.js';
import { nestLogger } from './nest-logger.js';
import { CONFIG_EXIT_CODE, reportConfigError } from './report-config-error.js';

function capture(level: string) {
  const lines: Record<string, unknown>[] = [];
  const destination = {
    write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>),
  };
  return { lines, logger: createLogger({ name: 'bridge', level, destination }) };
}

test('lines are JSON with service, level as a word, ISO time and the fields', () => {
  const { lines, logger } = capture('info');
  logger.debug({}, 'not written');
  logger.warn({ err: new Error('outer', { cause: new Error('inner') }), lag: 3 }, 'consumer lags');
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatchObject({
    level: 'warn',
    service: 'bridge',
    msg: 'consumer lags',
    lag: 3,
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    err: { message: 'outer', cause: { message: 'inner' } },
  });
});

test('secrets are blanked', () => {
  const { lines, logger } = capture('info');
  logger.info({ password: 'sesame', headers: { authorization: 'Bearer sesame' } }, 'request');
  expect(JSON.stringify(lines)).not.toContain('sesame');
});

test('lines of Nest keep their context, and its chatter is debug', () => {
  const { lines, logger } = capture('debug');
  const nest = nestLogger(logger);
  nest.log('Mapped {/}', 'RouterExplorer');
  nest.error('failed', 'Error: x\n    at y', 'ExceptionsHandler');
  nest.warn(new Error('odd'));
  expect(lines).toMatchObject([
    { level: 'debug', msg: 'Mapped {/}', context: 'RouterExplorer' },
    { level: 'error', msg: 'failed', context: 'ExceptionsHandler', stack: 'Error: x\n    at y' },
    { level: 'warn', msg: 'odd', err: { message: 'odd' } },
  ]);
});

test('a configuration error is printed legibly and exits with 78', () => {
  let text = '';
  const exit = (code: number): never => {
    throw new Error(`exit ${code}`);
  };
  const problems = [{ variable: 'HTTP_PORT', fault: 'is "x", which is not a port', example: '3000' }];
  expect(() => reportConfigError({ problems }, (part) => (text += part), exit)).toThrow(
    `exit ${CONFIG_EXIT_CODE}`,
  );
  expect(text).toContain('HTTP_PORT is "x", which is not a port\n    for example: HTTP_PORT=3000');
  expect(CONFIG_EXIT_CODE).toBe(78);
});

test('any other error is thrown again', () => {
  expect(() => reportConfigError(new TypeError('other'))).toThrow(TypeError);
});
